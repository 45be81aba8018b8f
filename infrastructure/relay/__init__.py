"""The relay: the event log to Kafka, each event at least once and in order per contact."""
