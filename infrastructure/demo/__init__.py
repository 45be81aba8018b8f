"""A believable year of a small team, made by the same commands as any other data."""
