"""The published form of events: CloudEvents, schemas, redaction, and a tenant's feed."""
