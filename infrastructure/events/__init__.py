"""The published form of events, whatever carries them."""
