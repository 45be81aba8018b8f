"""Accounts beside the log: sealed credentials, the state of their errand, and their problems."""
