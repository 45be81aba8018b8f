"""Event streams: their frames, their course and their bound."""
