"""Interactions: their document, the timeline of each contact, and lists."""
