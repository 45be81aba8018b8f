"""The library as it comes: an application of its own, a view, and its projection runner.

The view is the plainest there is, one upsert for an event: a sum per contact, day and kind, as in
kith's own read model, which keeps a second sum for the whole tenant besides.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL
from uuid_utils.compat import uuid7

from bench import sample
from infrastructure.log.recorder import environment

ENVIRONMENT = {"ORIGINATOR_ID_TYPE": "uuid", "POSTGRES_POOL_SIZE": "5"}
EVENTS_PER_INSERT = 500
PATIENCE = 120.0
"""Seconds that a round may take."""

TABLE = """
CREATE TABLE IF NOT EXISTS library_activity (
    contact_id uuid, day date, kind text, interactions bigint, seconds bigint, positive bigint,
    PRIMARY KEY (contact_id, day, kind)
)
"""
UPSERT = """
INSERT INTO library_activity AS t VALUES (%s, %s, %s, 1, %s, %s)
ON CONFLICT (contact_id, day, kind) DO UPDATE SET
    interactions = t.interactions + 1,
    seconds = t.seconds + excluded.seconds,
    positive = t.positive + excluded.positive
"""


class Logged(DomainEvent):
    contact_id: UUID
    kind: str
    at: datetime
    seconds: int
    sentiment: str
    notes: str


class Log(Application[UUID]):
    """Events are written to it in bulk, so that there is something to catch up on."""


class Activity(PostgresTrackingRecorder):
    def __init__(self, datastore: Any, **kwargs: Any):
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(SQL(TABLE).format())

    def count(self, event: Logged, tracking: Tracking) -> None:
        values = (
            event.contact_id,
            event.at.date(),
            event.kind,
            event.seconds,
            int(event.sentiment == "positive"),
        )
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(UPSERT, values, prepare=True)


class CountActivity(Projection[Activity]):
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        if isinstance(domain_event, Logged):
            self.view.count(domain_event, tracking)


def fill(conninfo: str, contacts: list[UUID], size: int) -> None:
    """Write so many events into the application's log."""
    app = Log(environment(conninfo) | ENVIRONMENT)
    try:
        for start in range(0, size, EVENTS_PER_INSERT):
            indices = range(start, min(start + EVENTS_PER_INSERT, size))
            events = [_event(contacts[index % len(contacts)], index) for index in indices]
            app.recorder.insert_events([app.mapper.to_stored_event(event) for event in events])
    finally:
        app.close()


def _event(contact: UUID, index: int) -> Logged:
    # The library's metaclass makes a dataclass of it, which a type checker can't see.
    make: Any = Logged
    event: Logged = make(
        originator_id=uuid7(),
        originator_version=1,
        timestamp=sample.NEWEST,
        contact_id=contact,
        kind=sample.KINDS[index % len(sample.KINDS)],
        at=sample.at(index),
        seconds=60 * (15 + index % 60),
        sentiment=sample.SENTIMENTS[index % len(sample.SENTIMENTS)],
        notes=f"{index}: {sample.NOTES}",
    )
    return event


@contextmanager
def _runner(conninfo: str) -> Iterator[ProjectionRunner[Log, Activity]]:
    with ProjectionRunner(
        application_class=Log,
        projection_class=CountActivity,
        view_class=Activity,
        env=environment(conninfo) | ENVIRONMENT,
    ) as runner:
        yield runner


def catch_up(conninfo: str, size: int) -> float:
    """Events a second over about so many events, from where the last round ended."""
    with _runner(conninfo) as runner:
        begun = _reached(runner, (runner.view.max_tracking_id(runner.app.name) or 0) + 1)
        started = time.perf_counter()
        ended = _reached(runner, begun + size)
        return (ended - begun) / (time.perf_counter() - started)


def _reached(runner: ProjectionRunner[Log, Activity], position: int) -> int:
    deadline = time.monotonic() + PATIENCE
    while (at := runner.view.max_tracking_id(runner.app.name) or 0) < position:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The library's projection stopped at {at}.")
        time.sleep(0.02)
    return at
