"""Calendars by CalDAV (RFC 4791), synchronised by RFC 6578 where the server knows it."""
