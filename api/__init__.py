"""The entrances: the HTTP contracts, the event feed, the command line, and the composition root.

An entrance parses and maps; what then happens is the inner layers' business.
"""
