"""Measures kith against a plain CRUD peer and against the library it builds on: `make bench`."""
