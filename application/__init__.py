"""One command, one handler: what loads an aggregate, lets it decide and appends the outcome.

It names what it needs from the outside as ports; who fulfils them is decided further out.
"""
