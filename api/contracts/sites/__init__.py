"""The contract of the sites document: snake_case, {status, data, meta}, numeric ids."""
