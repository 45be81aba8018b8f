"""The schema: the library's own tables, then numbered, forward-only migrations of ours."""

from importlib import resources

import psycopg

from infrastructure.postgres.locks import SCHEMA_LOCK

MIGRATIONS = resources.files("infrastructure.postgres") / "migrations"


def migrate(conninfo: str) -> list[str]:
    """Migrate the database; the names of the migrations that ran, in order.

    An advisory lock serializes processes that start together. Raises psycopg.Error.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations "
            "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM schema_migrations")}
        scripts = sorted(
            (file for file in MIGRATIONS.iterdir() if file.name.endswith(".sql")),
            key=lambda file: file.name,
        )
        ran = []
        for script in scripts:
            if script.name not in done:
                connection.execute(script.read_text())
                connection.execute(
                    "INSERT INTO schema_migrations (name) VALUES (%s)", (script.name,)
                )
                ran.append(script.name)
        return ran
