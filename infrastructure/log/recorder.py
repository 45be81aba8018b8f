"""The library's seams: its tables, its mapper, its factory, with our way in.

The library makes and owns its event table; our migrations follow. Its own insert is closed, because
everything that appends goes through the group commit: positions and read models depend on it.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

import psycopg
from eventsourcing.persistence import EventStore, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from psycopg.conninfo import conninfo_to_dict

from infrastructure.log.codec import EventMapper
from infrastructure.postgres.locks import SCHEMA_LOCK


class LedgerRecorder(PostgresApplicationRecorder):
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> NoReturn:
        raise ProgrammingError("Events are appended by GroupCommit.append, not by the recorder.")


class LedgerFactory(PostgresFactory):
    application_recorder_class = LedgerRecorder


def environment(conninfo: str) -> dict[str, str]:
    """A connection string in the words of the library's settings."""
    parts = conninfo_to_dict(conninfo)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts.get("dbname") or "kith"),
        "POSTGRES_HOST": str(parts.get("host") or "127.0.0.1"),
        "POSTGRES_PORT": str(parts.get("port") or "5432"),
        "POSTGRES_USER": str(parts.get("user") or "postgres"),
        "POSTGRES_PASSWORD": str(parts.get("password") or ""),
        "POSTGRES_SCHEMA": "public",
        "ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_POOL_SIZE": "1",
    }


def event_store(conninfo: str, *, create: bool = False) -> tuple[LedgerFactory, EventStore[str]]:
    """The library's event store over our table: what auditors and tools read with.

    With `create`, the table is made if it is missing. The caller closes the factory it gets too.
    """
    env = environment(conninfo) | {"CREATE_TABLE": "y" if create else "n"}
    factory = LedgerFactory(env)
    recorder = factory.application_recorder()
    return factory, factory.event_store(factory.mapper(mapper_class=EventMapper), recorder)


def create_event_table(conninfo: str) -> None:
    """Make the event table if it is missing. Processes that start together take turns."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        factory, _ = event_store(conninfo, create=True)
        factory.close()
