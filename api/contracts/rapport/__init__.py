"""Interactions with one's own contacts, and the rapport tactics used (b4fdfc550ffdfe3d)."""
