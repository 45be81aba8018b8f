"""Contacts as they are now, and as they were at an instant."""
