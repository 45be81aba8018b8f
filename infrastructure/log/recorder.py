"""The log as a log of the library `eventsourcing`: its table, mapper, recorder and factory.

The library makes its event table; our migrations follow. Its recorder reads and doesn't append:
positions and read models depend on the group commit.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

import psycopg
from eventsourcing.persistence import (
    EventStore,
    Mapper,
    MapperDeserialisationError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from psycopg.conninfo import conninfo_to_dict

from application.entity import Recorded
from domain.streams import StreamName
from infrastructure.log.codec import decode, encode, encode_data
from infrastructure.postgres.locks import SCHEMA_LOCK


class LedgerRecorder(PostgresApplicationRecorder):
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> NoReturn:
        raise ProgrammingError("Events are appended by GroupCommit.append, not by the recorder.")


class EventMapper(Mapper[str]):
    """The codec as the library's mapper. A stored event of the library has no position, so it is
    read back with position 0."""

    def to_stored_event(self, domain_event: Recorded) -> StoredEvent:  # type: ignore[override]
        return StoredEvent(
            originator_id=str(domain_event.stream),
            originator_version=domain_event.version,
            topic=domain_event.event.type,
            state=encode(domain_event.envelope, encode_data(domain_event.event)).encode(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:  # type: ignore[override]
        try:
            event, envelope = decode(stored_event.topic, stored_event.state)
        except ValueError as error:
            raise MapperDeserialisationError(
                f"version {stored_event.originator_version} of stream "
                f"{stored_event.originator_id} can't be read: {error}"
            ) from error
        stream = StreamName.parse(str(stored_event.originator_id))
        return Recorded(stream, stored_event.originator_version, 0, event, envelope)


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
        # The library makes its type each time, which is an error in PostgreSQL's log. Its table is
        # the last thing that it makes.
        there = connection.execute("SELECT to_regclass('public.stored_events')").fetchone()
        if there == (None,):
            factory, _ = event_store(conninfo, create=True)
            factory.close()
