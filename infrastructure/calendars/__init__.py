"""Calendars at services outside: one port, and an adapter for each kind of service."""
