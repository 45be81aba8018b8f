"""Accounts as they are."""
