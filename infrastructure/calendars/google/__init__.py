"""Google Calendar, by its REST API (v3)."""
