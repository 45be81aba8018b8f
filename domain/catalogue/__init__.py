"""The built-in catalogues: the same on every installation, shared by all tenants, in no event.

Entries are never removed, because records refer to them by id.
"""
