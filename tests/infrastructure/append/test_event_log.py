"""Loading streams: shared statements, cached contacts, and streams that can't be read."""

import asyncio

import pytest

from infrastructure.weighed import WeighedCache
from tests.infrastructure.append.jobs import added, adds, change, job, renamed, stream
from tests.infrastructure.append.support import Process, prepare, process, spoil

pytestmark = pytest.mark.anyio


async def test_an_unreadable_stream_fails_its_own_readers_alone(database):
    """Those asked for at the same time share its statement."""
    ledger = prepare(database(), ())
    async with process(ledger, ()) as one:
        names = [stream() for _ in range(8)]
        for name in names:
            await one.appender.append(adds(name))
        spoil(ledger, names[3])
        results = await asyncio.gather(
            *(one.log.load(name, fresh=True) for name in names), return_exceptions=True
        )
    assert [n for n, result in enumerate(results) if isinstance(result, BaseException)] == [3]
    assert isinstance(results[3], ValueError)


async def test_entities_loaded_at_once_are_those_of_their_streams(one: Process):
    ann, nobody = stream(), stream()
    two_events = job(change(ann, None, added("Ann"), renamed("Ann", "Bea")))
    await one.appender.append(two_events)
    asked = (one.log.load(name, fresh=True) for name in (nobody, ann, nobody))
    found = await asyncio.gather(*asked)
    assert [entity and entity.version for entity in found] == [None, 2, None]


async def test_a_contact_is_remembered_until_an_append_finds_it_old(one: Process, other: Process):
    name = stream()
    receipt = await one.log.append(adds(name))
    ann = receipt.entities[name]
    remembered = await one.log.load(name, fresh=False)
    assert remembered is ann
    seen = await other.log.load(name, fresh=False)
    assert seen == ann


async def test_the_memory_is_bounded(one: Process, monkeypatch):
    monkeypatch.setattr(one.log, "_cache", WeighedCache(3, 10**9))
    for _ in range(10):
        await one.log.append(adds())
    assert len(one.log._cache) == 3
