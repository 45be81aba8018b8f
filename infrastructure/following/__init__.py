"""Followers of the log: one owner each, checkpoints, and a page at a time.

A follower's own part is a `Part`: which checkpoints it has, and what becomes of a page. Owner's
lock, checkpoints by compare-and-set, wake-up, back-off and lag are the same for all of them.
"""
