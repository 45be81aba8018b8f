"""Interactions of a contact, and how the relationship with it moves (61e5d5e290b64133)."""
