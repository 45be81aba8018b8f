"""The operations on each client's interactions, with their actors."""
