"""Meetings: their document, and lists."""
