"""Values of webhooks are sealed at the start, and anew after a change of keys; a dump of the
database shows none of them."""

import logging
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
from uuid_utils.compat import uuid7

from infrastructure.postgres.fetch import fetching
from infrastructure.sealing import resealing
from infrastructure.sealing.errors import Unopened
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.resealing import Resealed, reseal, seal_plain
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.webhooks.confidential import STORE, confidential
from tests.infrastructure.projecting.support import Ledger, emptied, ledger

pytestmark = pytest.mark.anyio

OLD, NEW = ("old", bytes(32)), ("new", bytes(range(32)))
NONE, ONE, BOTH = Keys(), Keys([OLD]), Keys([NEW, OLD])
OWNER = UUID(int=7)


@pytest.fixture
async def opened(module_database: str) -> AsyncIterator[Ledger]:
    async with ledger(emptied(module_database)) as one:
        yield one


def values(opened: Ledger, keys: Keys) -> ConfidentialValues:
    return confidential(fetching(opened.pool), keys)


async def keep(opened: Ledger, keys: Keys, *secrets: str) -> dict[UUID, str]:
    kept = {uuid7(): secret for secret in secrets}
    for identity, secret in kept.items():
        assert await values(opened, keys).keep(identity, "1", OWNER, secret) == secret
    return kept


def dump(conninfo: str) -> bytes:
    """All rows of all tables, as pg_dump writes them."""
    content = b""
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                content += b"".join(bytes(part) for part in copy)
    return content


async def test_a_dump_of_the_database_shows_no_secret(opened):
    await keep(opened, ONE, "whsec_1", "https://hooks.invalid/xyzzy")
    content = dump(opened.conninfo)
    assert content.count(b"sealed:old:") == 2
    assert b"whsec_1" not in content
    assert b"xyzzy" not in content


async def test_a_mutant_that_keeps_values_plain_is_detected(opened, monkeypatch):
    monkeypatch.setattr(ConfidentialValues, "seal", lambda *given: given[-1])
    await keep(opened, ONE, "whsec_1", "https://hooks.invalid/xyzzy")
    assert b"xyzzy" in dump(opened.conninfo)


async def test_plain_values_are_sealed_at_the_start(opened):
    kept = await keep(opened, NONE, "whsec_1", "whsec_2")
    assert b"whsec_1" in dump(opened.conninfo)
    await seal_plain(fetching(opened.pool), ONE, STORE)
    assert b"whsec_1" not in dump(opened.conninfo)
    assert await values(opened, ONE).known("1", kept) == kept


async def test_without_keys_values_stay_and_a_warning_says_so(opened, caplog):
    kept = await keep(opened, NONE, "whsec_1", "whsec_2")
    await seal_plain(fetching(opened.pool), NONE, STORE)
    assert await values(opened, NONE).known("1", kept) == kept
    assert [record.getMessage() for record in caplog.records] == [
        "2 secrets of webhooks are kept plain in the database; KITH_SECRET_KEYS seals them"
    ]


async def test_a_start_with_nothing_to_seal_says_nothing(opened, caplog):
    for keys in (NONE, ONE):
        await seal_plain(fetching(opened.pool), keys, STORE)
    assert caplog.records == []


async def test_a_missing_key_is_told_at_the_start(opened, caplog):
    await keep(opened, BOTH, "whsec_1")
    await seal_plain(fetching(opened.pool), ONE, STORE)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "need the key new, which is missing in KITH_SECRET_KEYS" in record.getMessage()


async def test_rekeying_leaves_nothing_to_the_former_key(opened, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH", 2)
    kept = await keep(opened, NONE, "whsec_0") | await keep(opened, ONE, *"whsec_1 a b c".split())
    kept |= await keep(opened, BOTH, "whsec_2")
    assert await reseal(fetching(opened.pool), BOTH, STORE) == Resealed(5, 0)
    assert await reseal(fetching(opened.pool), BOTH, STORE) == Resealed(0, 0)
    assert await values(opened, Keys([NEW])).known("1", kept) == kept


async def test_a_value_that_doesnt_open_stays_and_is_counted(opened, caplog):
    lost = await keep(opened, Keys([("lost", bytes(32))]), "whsec_1")
    kept = await keep(opened, ONE, "whsec_2")
    before = await opened.rows("SELECT value FROM webhook_confidential WHERE id = ANY(%s)", [*lost])
    assert await reseal(fetching(opened.pool), BOTH, STORE) == Resealed(1, 1)
    after = await opened.rows("SELECT value FROM webhook_confidential WHERE id = ANY(%s)", [*lost])
    assert after == before
    assert "needs the key lost" in caplog.text
    assert await values(opened, BOTH).known("1", kept) == kept


async def test_a_value_replaced_meanwhile_isnt_overwritten(opened):
    """Two processes at once: the slower one changes nothing."""
    kept = await keep(opened, NONE, "whsec_1")
    fetch = fetching(opened.pool)
    between: list[Resealed] = []

    async def slower(sql, parameters):
        if sql.startswith("UPDATE") and not between:
            between.append(await reseal(fetch, ONE, STORE))
        return await fetch(sql, parameters)

    assert await reseal(slower, BOTH, STORE) == Resealed(0, 0)
    assert between == [Resealed(1, 0)]
    assert await values(opened, ONE).known("1", kept) == kept


@pytest.mark.parametrize("column", ["tenant", "webhook", "id"])
async def test_a_row_that_was_moved_doesnt_open(opened, column):
    (identity,) = await keep(opened, ONE, "whsec_1")
    place = {"tenant": "1", "webhook": OWNER, "id": identity}
    place |= {column: {"tenant": "2", "webhook": UUID(int=8), "id": uuid7()}[column]}
    ((tenant, moved),) = await opened.rows(
        "UPDATE webhook_confidential SET tenant = %s, webhook = %s, id = %s WHERE id = %s "
        "RETURNING tenant, id",
        *place.values(),
        identity,
    )
    with pytest.raises(Unopened):
        await values(opened, ONE).known(tenant, [moved])


async def test_a_repeated_command_finds_its_own_value(opened):
    (identity,) = await keep(opened, ONE, "whsec_1")
    assert await values(opened, BOTH).keep(identity, "1", OWNER, "whsec_2") == "whsec_1"
