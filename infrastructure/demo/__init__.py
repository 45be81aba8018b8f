"""A believable year of a small practice that keeps the books of local businesses and advises them.

Everything is made by chance from a fixed seed, and goes through the same commands as real data, so
that every list, timeline and analytic has something to show.
"""
