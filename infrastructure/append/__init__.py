"""The event log, written: jobs queue, and one transaction at a time appends a batch of them."""
