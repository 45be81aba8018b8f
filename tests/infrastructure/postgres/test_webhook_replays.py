"""Replays of single deliveries that an older version left are planned, and the others stay."""

import json
from collections.abc import Callable
from uuid import uuid4

import psycopg

from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.schema import migrate

MIGRATION = "0010_replays.sql"
OLDER = (
    "ALTER TABLE webhook_replays ADD COLUMN any_type boolean NOT NULL",
    f"DELETE FROM schema_migrations WHERE name = '{MIGRATION}'",
)
EVENT = "INSERT INTO stored_events VALUES (%s, %s, 'kith.contact.added.v1', %s, %s)"
REPLAY = "INSERT INTO webhook_replays VALUES (%s, %s, '1', %s, %s, %s)"


def test_single_deliveries_are_planned_once_the_table_changes(database: Callable[[], str]):
    conninfo = database()
    create_event_table(conninfo)
    migrate(conninfo)
    there, ended, ids = uuid4(), uuid4(), [uuid4() for _ in range(3)]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in OLDER:
            connection.execute(statement)
        connection.execute("INSERT INTO webhook_endpoints VALUES (%s, 0)", (there,))
        for position, identity in enumerate(ids, 1):
            state = json.dumps({"id": str(identity)}, separators=(",", ":")).encode()
            connection.execute(EVENT, (f"1/contact/{identity}", 1, state, position))
        for number, (webhook, after, single) in enumerate(
            [(there, 1, True), (ended, 1, True), (there, 0, False)]
        ):
            connection.execute(REPLAY, (10 + number, webhook, after, after + 1, single))
        assert migrate(conninfo) == [MIGRATION]
        deliveries = connection.execute(
            "SELECT webhook, cause, event_id, type, position, outcome FROM webhook_deliveries"
        ).fetchall()
        left = connection.execute("SELECT position, webhook FROM webhook_replays").fetchall()
    assert deliveries == [(there, "replay", ids[1], "kith.contact.added.v1", 2, "pending")]
    assert left == [(12, there)]
