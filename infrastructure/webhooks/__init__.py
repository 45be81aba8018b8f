"""Webhooks: the log to HTTP endpoints of tenants' own, signed, at least once."""
