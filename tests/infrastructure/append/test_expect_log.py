"""What the database is asked to expect of the log, each thing by itself. The tables' own keys would
refuse some of it later on; here it is refused before anything is written."""

from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from pydantic_core import to_json

from application.ports import Answer
from infrastructure.append.plan import scope_of
from infrastructure.postgres.locks import APPEND_LOCK
from tests.infrastructure.append.jobs import adds, key, stream
from tests.infrastructure.append.support import Process

pytestmark = pytest.mark.anyio

ANN, PARKED = stream(), stream()
KEY = key(uuid4().hex)
ABANDONED = uuid4().hex
HELD = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = {APPEND_LOCK} AND granted"


@pytest.fixture
async def log(ledger: str, one: Process) -> AsyncIterator[Connection]:
    """Ann's stream has begun, another is parked, a key has been used, an append abandoned."""
    if await one.log.answered(KEY) is None:
        await one.door.append(adds(ANN, key=KEY, answer=lambda _: Answer(201)))
        await one.door.append(adds(PARKED))
        with psycopg.connect(ledger) as connection:
            connection.execute("INSERT INTO abandoned_appends (id) VALUES (%s)", (ABANDONED,))
            connection.execute(
                "INSERT INTO parked_streams VALUES ('people', %s, 2, 'why')", (str(PARKED),)
            )
    with psycopg.connect(ledger) as connection:
        yield connection


def expects(
    log: Connection,
    *,
    name: str = "new",
    beyond: int = 0,
    versions: dict[str, int] | None = None,
    scopes: tuple[str, ...] = (),
) -> None:
    """Raises psycopg.Error."""
    log.execute(
        "SELECT expect_log(%s, (SELECT max(position) FROM commits) + %s, %s::json, %s::json)",
        (name, beyond, to_json(versions or {}).decode(), to_json(scopes).decode()),
    )


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"versions": {str(ANN): 1}},
        {"versions": {str(stream()): 0, str(ANN): 1}},
        {"scopes": (scope_of(key("unused")).hex(),)},
    ],
    ids=["its end", "a version", "a stream that hasn't begun", "a key that wasn't used"],
)
async def test_a_met_expectation_locks_the_log_until_the_transaction_ends(log: Connection, parts):
    expects(log, **parts)
    assert log.execute(HELD).fetchall()
    log.rollback()
    assert not log.execute(HELD).fetchall()


@pytest.mark.parametrize(
    "parts",
    [
        {"beyond": -1},
        {"beyond": 1},
        {"name": ABANDONED},
        {"versions": {str(ANN): 0}},
        {"versions": {str(ANN): 2}},
        {"versions": {str(ANN): 1, str(stream()): 1}},
        {"versions": {str(PARKED): 1}},
        {"scopes": (scope_of(key("unused")).hex(), scope_of(KEY).hex())},
    ],
    ids=[
        "it has gone on",
        "it has gone back",
        "abandoned",
        "a stream that has begun",
        "a version that isn't yet",
        "one of two",
        "a parked stream",
        "a key that was used",
    ],
)
async def test_an_unmet_expectation_is_refused(log: Connection, parts):
    with pytest.raises(psycopg.Error, match="the log has gone on") as refused:
        expects(log, **parts)
    assert refused.value.sqlstate == "KT001"


async def test_an_expectation_during_an_append_is_refused_without_waiting(
    ledger: str, log: Connection
):
    with psycopg.connect(ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
        with pytest.raises(psycopg.Error, match="somebody else appends") as refused:
            expects(log)
    assert refused.value.sqlstate == "KT001"
