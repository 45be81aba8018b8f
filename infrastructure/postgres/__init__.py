"""PostgreSQL: connections, schema and locks."""
