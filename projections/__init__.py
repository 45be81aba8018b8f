"""The read models, one file each: its table, its projector and its queries.

Every list the API shows is made here from events, and can be thrown away and rebuilt.
"""
