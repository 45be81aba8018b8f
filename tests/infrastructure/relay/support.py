"""Relays for tests, and the rules that hold for whatever they have sent."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from infrastructure.following.follower import Follower
from infrastructure.relay.relay import Relay
from infrastructure.settings import Settings
from tests.brokers.broker import RealBroker
from tests.brokers.messages import consumed, header
from tests.infrastructure.projecting.support import Ledger, eventually


@asynccontextmanager
async def relaying(
    opened: Ledger,
    broker: RealBroker,
    kind: type[Relay] = Relay,
    *,
    page_size: int = 20,
    settings: Settings | None = None,
) -> AsyncIterator[Follower]:
    part = kind(settings or broker.settings(), page_size=page_size)
    follower = Follower(opened.conninfo, part)
    await follower.start()
    try:
        yield follower
    finally:
        await follower.stop()


async def caught_up(opened: Ledger, seconds: float = 60) -> None:
    async def there() -> bool:
        return await checkpoint(opened) == await opened.head()

    await eventually(there, seconds)


async def checkpoint(opened: Ledger) -> int:
    return int(
        await opened.value(
            "SELECT coalesce(min(position), 0) FROM checkpoints WHERE follower = 'relay'"
        )
    )


async def ids(opened: Ledger) -> list[str]:
    """The id of every event in the log, in order."""
    rows = await opened.rows(
        "SELECT convert_from(state, 'UTF8')::json->>'id' FROM stored_events "
        "ORDER BY notification_id"
    )
    return [row[0] for row in rows]


async def messages_of(broker: RealBroker) -> list[Any]:
    return await asyncio.to_thread(consumed, broker)


def without_repeats(messages: Iterable[Any]) -> list[Any]:
    """The messages as a consumer sees them that drops repeats by `ce_id`."""
    first: dict[str, Any] = {}
    for message in messages:
        first.setdefault(header(message, "ce_id"), message)
    return list(first.values())


async def check_complete(opened: Ledger, messages: list[Any]) -> None:
    """Every event of the log, none invented, each key's on one partition and in order."""
    kept = without_repeats(messages)
    told, logged = {header(one, "ce_id") for one in kept}, set(await ids(opened))
    assert not logged - told, f"lost: {len(logged - told)} of {len(logged)}"
    assert not told - logged, f"invented: {told - logged}"
    positions, partitions = defaultdict(list), defaultdict(set)
    for one in kept:
        positions[one.key].append(int(header(one, "ce_position")))
        partitions[one.key].add(one.partition)
    unordered = [key for key, found in positions.items() if found != sorted(found)]
    assert not unordered, f"out of order: {len(unordered)} of {len(positions)} keys"
    assert all(len(found) == 1 for found in partitions.values()), "a key on two partitions"


def owners(opened: Ledger) -> int:
    """Sessions that hold the relay's lock."""
    with psycopg.connect(opened.conninfo) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND objid = 7205006 AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
        assert row is not None
        return int(row[0])
