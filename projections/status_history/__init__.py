"""The moves of each relationship."""
