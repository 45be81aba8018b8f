"""The sites contract (e7b6c6ebff002cab): snake_case, {status, data, meta}, numeric ids."""
