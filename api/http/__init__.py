"""The HTTP layer of all contracts: reading requests and writing answers."""
