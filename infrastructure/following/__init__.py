"""Followers of the log: one owner each, a checkpoint, and a page at a time."""
