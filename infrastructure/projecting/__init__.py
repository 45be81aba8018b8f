"""Projecting: how the read models are written with the append, behind it, and anew."""
