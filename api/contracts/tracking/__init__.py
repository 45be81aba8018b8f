"""The native contract (f53ea5b3782d77ea): camelCase, UUIDs, problem+json."""
