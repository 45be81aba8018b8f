"""The ledger's records as lines of JSON, with the native API's own keys: out, and in again."""
