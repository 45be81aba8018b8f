"""The event log, read: rows to events, pages, streams, and the library's own view of it."""
