"""The event log, written: commands queue, and one transaction at a time appends a batch."""
