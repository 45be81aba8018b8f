"""The contract of the rapport document: interactions with one's own contacts, and tactics used."""
