"""The read models, one folder each: tables, projectors and queries.

Every list the API shows is made here from events, and can be thrown away and rebuilt.
"""
