"""The HTTP contracts, one folder each. No contract knows another."""
