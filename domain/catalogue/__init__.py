"""The built-in catalogues: the same on every installation, shared by all tenants, in no event.

What is once in here stays, because records refer to it by id.
"""
