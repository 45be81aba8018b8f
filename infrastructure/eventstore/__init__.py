"""The event store: how decisions become events in the log, and how they are read again."""
