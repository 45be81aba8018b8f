"""The migration of older webhooks: each secret finds its webhook, and no kept answer holds one."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.schema import migrate

MIGRATION = "0007_webhook_confidential.sql"
ORIGIN = "https://hooks.invalid:8443"
ADDRESS = f'{ORIGIN}/path?a="b\\c'
INSERT_EVENT = "INSERT INTO stored_events VALUES (%s, %s, %s, %s, %s)"


class Older:
    """A database as it was before the migration."""

    def __init__(self, conninfo: str, connection: psycopg.Connection[Any]):
        self.conninfo, self.connection = conninfo, connection
        create_event_table(conninfo)
        migrate(conninfo)
        self.connection.execute("ALTER TABLE webhook_confidential DROP COLUMN webhook")
        self.connection.execute("DELETE FROM schema_migrations WHERE name = %s", (MIGRATION,))
        self.position = 0

    def keep(self, value: str, *, days: int = 0) -> UUID:
        identity = uuid4()
        self.connection.execute(
            "INSERT INTO webhook_confidential VALUES (%s, '1', %s, now() - %s * interval '1 day')",
            (identity, value, days),
        )
        return identity

    def happened(self, webhook: UUID, version: int, topic: str, **data: object) -> None:
        self.position += 1
        state = json.dumps({"id": str(uuid4()), "data": data}, default=str).encode()
        stream = f"1/webhook/{webhook}"
        self.connection.execute(INSERT_EVENT, (stream, version, topic, state, self.position))

    def answered(self, scope: bytes, body: str) -> None:
        answer = json.dumps({"status": 201, "headers": [["ETag", '"1"']], "body": body})
        self.connection.execute(
            "INSERT INTO command_keys VALUES (%s, '', %s, now())", (scope, answer)
        )

    def answers(self) -> dict[bytes, dict[str, Any]]:
        return dict(self.connection.execute("SELECT scope, answer FROM command_keys").fetchall())


@pytest.fixture
def older(database: Callable[[], str]) -> Iterator[Older]:
    conninfo = database()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield Older(conninfo, connection)


def test_each_secret_finds_its_webhook_and_orphans_are_deleted(older: Older):
    there, ended = uuid4(), uuid4()
    names = ("address", "moved", "secret", "rotated", "gone", "orphan", "under way")
    ids = {name: older.keep(name, days=0 if name == "under way" else 2) for name in names}
    subscription = {"address": ids["address"]}
    older.happened(
        there, 1, "kith.webhook.added.v1", subscription=subscription, secret=ids["secret"]
    )
    changes = {"address": {"old": ids["address"], "new": ids["moved"]}}
    older.happened(there, 2, "kith.webhook.changed.v1", changes=changes)
    older.happened(there, 3, "kith.webhook.secret-rotated.v1", secret=ids["rotated"])
    older.happened(ended, 1, "kith.webhook.added.v1", secret=ids["gone"])
    older.happened(ended, 2, "kith.webhook.removed.v1")
    assert migrate(older.conninfo) == [MIGRATION]
    found = older.connection.execute("SELECT value, webhook FROM webhook_confidential").fetchall()
    assert dict(found) == {
        "address": there,
        "moved": there,
        "secret": there,
        "rotated": there,
        "under way": None,
    }


def test_answers_withhold_the_secrets_they_told(older: Older):
    webhook, gone = uuid4(), uuid4()
    address, secret = older.keep(ADDRESS), older.keep("whsec_ab+/=")
    older.happened(webhook, 1, "kith.webhook.added.v1", address=address, secret=secret)
    for scope, identity, told in ((b"a", webhook, "whsec_ab+/="), (b"b", gone, "whsec_cd")):
        body = {"id": str(identity), "url": ADDRESS, "types": [], "secret": told}
        older.answered(scope, json.dumps(body, separators=(",", ":")))
    note = json.dumps({"id": "1", "notes": '"secret":"whsec_x"'}, separators=(",", ":"))
    older.answered(b"c", note)
    older.answered(b"d", "")
    before = older.answers()
    migrate(older.conninfo)
    after = older.answers()
    assert (after[b"c"], after[b"d"]) == (before[b"c"], before[b"d"])
    for scope, identity in ((b"a", webhook), (b"b", gone)):
        expected: dict[str, Any] = {"id": str(identity), "url": ORIGIN, "types": [], "secret": None}
        assert after[scope]["body"] == json.dumps(expected, separators=(",", ":"))
        assert after[scope]["headers"] == before[scope]["headers"]
    withheld = after[b"a"]["withheld"]
    assert sorted((name, kept) for name, kept in withheld) == [
        ("secret", str(secret)),
        ("url", str(address)),
    ]
    assert after[b"b"]["withheld"] == []
