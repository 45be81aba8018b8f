"""Event streams: what their clients are sent, and how many there may be."""
