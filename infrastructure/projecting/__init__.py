"""Read models, written: with the append, behind it, and anew."""
