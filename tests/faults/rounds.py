"""The rounds: each writes events while something goes wrong, and checks what is in the topics.

Every event is in the topic at least once; by `ce_id` exactly once; each key's in order; none is
invented; and the compacted topic holds each contact as it is. Otherwise a round ends with an
AssertionError.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from infrastructure.relay.broker import CONTACTS_TOPIC
from tests.brokers.messages import consumed
from tests.faults.chance import chance
from tests.faults.place import Place, RelayProcess
from tests.faults.proxy import CuttingProxy
from tests.faults.writing import Writer
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.relay.support import (
    caught_up,
    check_complete,
    messages_of,
    owners,
    without_repeats,
)

Said = Callable[[], object]
"""Hears of every fault."""

PATIENCE = 90.0


@dataclass(frozen=True)
class Outcome:
    events: int
    faults: int
    repeats: int
    """Messages whose event was in the topic already."""


async def relay_killed(
    place: Place, events: int, kills: int, said: Said, mutant: str | None = None
) -> Outcome:
    """kill -9 of the relay at random moments. The last one is without fault, and lives."""
    async with place.opened() as opened:
        writer = Writer(opened)
        for _ in range(kills):
            with RelayProcess(place, mutant) as relay:
                await _owned(opened, 1, relay)
                writing = asyncio.create_task(writer.write(events // kills, seconds=2.0))
                await asyncio.sleep(chance.uniform(0.3, 2.0))
                relay.kill()
                await writing
            await _owned(opened, 0)
            said()
        with RelayProcess(place) as relay:
            return await _checked(place, opened, relay, kills)


async def broker_restarted(
    place: Place,
    events: int,
    restarts: int,
    said: Said,
    mutant: str | None = None,
    *,
    kill: bool = True,
) -> Outcome:
    """The broker ends under load and is started again: in turns killed and stopped in order. One
    that is killed hangs before: what is on its way to it then is lost for certain."""
    async with place.opened() as opened:
        writer = Writer(opened)
        with RelayProcess(place, mutant) as relay:
            await writer.write(events // 10)
            await caught_up(opened, PATIENCE)
            for _ in range(restarts):
                writing = asyncio.create_task(writer.write(events // restarts, seconds=3.0))
                await asyncio.sleep(chance.uniform(0.5, 1.5))
                if kill:
                    place.broker.hang()
                    await asyncio.sleep(chance.uniform(0.3, 1.0))
                await asyncio.to_thread(place.broker.kill if kill else place.broker.stop)
                kill = not kill
                await asyncio.sleep(chance.uniform(0.0, 2.0))
                await asyncio.to_thread(place.broker.start)
                await writing
                said()
            return await _checked(place, opened, relay, restarts)


async def connection_cut(
    place: Place, events: int, cuts: int, said: Said, mutant: str | None = None
) -> Outcome:
    """The relay's connection to the broker is cut in the middle of a batch, again and again."""
    async with place.opened() as opened:
        writer = Writer(opened)
        await writer.write(events // 2)
        proxy = CuttingProxy(place.broker.proxy, place.broker.behind, cuts)
        async with proxy:
            with RelayProcess(place, mutant, kafka_port=place.broker.proxy) as relay:
                seen = 0
                writing = asyncio.create_task(writer.write(events - events // 2, seconds=cuts / 4))
                while not writing.done():
                    await asyncio.wait([writing], timeout=0.1)
                    while seen < proxy.cuts:
                        seen += 1
                        said()
                await writing
                return await _checked(place, opened, relay, lambda: proxy.cuts)


async def database_restarted(
    place: Place, events: int, restarts: int, said: Said, mutant: str | None = None
) -> Outcome:
    """PostgreSQL is restarted under load. The relay has to find its way back by itself."""
    async with place.opened() as opened:
        writer = Writer(opened)
        with RelayProcess(place, mutant) as relay:
            await writer.write(events // 10)
            await caught_up(opened, PATIENCE)
            for _ in range(restarts):
                writing = asyncio.create_task(writer.write(events // restarts, seconds=2.0))
                await asyncio.sleep(chance.uniform(0.3, 1.5))
                await asyncio.to_thread(place.postgres.stop)
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await asyncio.to_thread(place.postgres.start)
                await writing
                said()
            return await _checked(place, opened, relay, restarts, 4.0 if mutant else PATIENCE)


async def _owned(opened: Ledger, number: int, relay: RelayProcess | None = None) -> None:
    """Until so many sessions hold the relay's lock."""

    async def there() -> bool:
        assert relay is None or relay.runs(), f"the relay ended: {relay.complaint()}"
        return await asyncio.to_thread(owners, opened) == number

    await eventually(there, 240)


async def _checked(
    place: Place,
    opened: Ledger,
    relay: RelayProcess,
    faults: int | Callable[[], int],
    patience: float = PATIENCE,
) -> Outcome:
    """When the relay has come to the log's end, or should have."""
    await opened.pool.check()  # none of its connections may have survived
    with suppress(TimeoutError):
        await caught_up(opened, patience)
    relay.kill()
    messages = await messages_of(place.broker)
    await check_complete(opened, messages)
    await _check_contacts(place, opened)
    kept = without_repeats(messages)
    count = faults if isinstance(faults, int) else faults()
    return Outcome(len(kept), count, len(messages) - len(kept))


async def _check_contacts(place: Place, opened: Ledger) -> None:
    """The compacted topic ends with each contact as it is."""
    states: dict[str, tuple[str, int]] = {}
    for one in await asyncio.to_thread(consumed, place.broker, CONTACTS_TOPIC):
        state = json.loads(one.value)
        states[one.key.decode()] = state["name"], state["position"]
    rows = await opened.rows("SELECT id::text, name, position FROM contacts")
    assert states == {row[0]: row[1:] for row in rows}
