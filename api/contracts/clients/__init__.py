"""The contract of the clients document: camelCase, numeric ids, `{"error"}`, restricted tags."""
