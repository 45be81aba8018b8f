"""The contract of the relationships document: a contact's interactions, and its status."""
