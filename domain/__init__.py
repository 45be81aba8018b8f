"""The rules of the ledger: events, aggregates and their decisions.

Nothing here does I/O, once the built-in catalogues are read at import, or knows of a library other
than pydantic, so that every rule can be tested by itself and read without knowing how it is stored
or served.
"""
