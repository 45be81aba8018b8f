"""The native contract, of the tracking document: camelCase, UUIDs, problem+json."""
