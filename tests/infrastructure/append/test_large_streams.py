"""A large stream is loaded alone and page by page."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from application.entity import Entity
from application.ports import Change
from domain.interaction import Interaction
from domain.record import Said
from domain.streams import StreamName
from infrastructure.append.event_log import PostgresEventLog
from infrastructure.log.events import COLUMNS, Row
from infrastructure.log.reader import BY_STREAM, STREAM_BYTES, LogReader
from infrastructure.tenant_limiter import LimitReached, TenantLimiter
from tests.infrastructure.append.jobs import adds, job, stream
from tests.infrastructure.append.support import Process
from tests.infrastructure.projecting.support import NOW, record
from tests.memory import traced

pytestmark = pytest.mark.anyio

LARGE = 300_000
"""Bytes of a record."""

FEW, MANY = 4, 24
"""Amendments; each holds the texts before and after it."""


async def amended(one: Process, times: int) -> StreamName:
    name = stream(kind=Interaction.kind)
    entity: Entity | None = None
    events = Interaction.log(1, None, record("the first"), NOW)
    for number in range(times + 1):
        state = None if entity is None else entity.state
        states: list[object] = [Interaction.evolve(state, event) for event in events]
        receipt = await one.appender.append(job(Change(name, entity, events, states)))
        entity = receipt.entities[name]
        text = str(number % 10) * (LARGE // 3)
        said = Said(notes=text, description=text, outcome=text)
        events = entity.state.amend(entity.state.record.model_copy(update={"said": said}), NOW)
    return name


async def growth(one: Process) -> int:
    """By how much more a load of a long stream takes than one of a short stream."""
    peaks = []
    for times in (FEW, MANY):
        name = await amended(one, times)
        with traced() as found:
            entity = await one.log.load(name, fresh=True)
        assert entity is not None
        assert entity.version == times + 1
        assert entity.state.record.said.notes.startswith(str((times - 1) % 10))
        peaks.append(found.most)
    return peaks[1] - peaks[0]


async def test_a_long_stream_takes_no_more_memory_than_a_short_one(one: Process):
    assert await growth(one) < STREAM_BYTES


async def test_a_mutant_that_loads_a_stream_at_once_takes_more(
    one: Process, monkeypatch: pytest.MonkeyPatch
):
    everything = (
        f"SELECT {COLUMNS} FROM stored_events WHERE originator_id = $1 ORDER BY {BY_STREAM}"
    )

    async def at_once(self: LogReader, name: StreamName) -> AsyncIterator[Row]:
        for row in await self.rows(everything, str(name)):
            yield row

    monkeypatch.setattr(LogReader, "stream", at_once)
    assert await growth(one) > (MANY - FEW) * LARGE


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Loads of large streams wait until this is set."""
    gate, read = asyncio.Event(), LogReader.stream

    async def slowly(self: LogReader, name: StreamName) -> AsyncIterator[Row]:
        await gate.wait()
        async for row in read(self, name):
            yield row

    monkeypatch.setattr(LogReader, "stream", slowly)
    return gate


async def test_a_large_stream_holds_up_no_small_one(one: Process, held: asyncio.Event):
    large, small = await amended(one, FEW), stream()
    await one.appender.append(adds(small))
    loads = [asyncio.create_task(one.log.load(large, fresh=True)) for _ in range(8)]
    async with asyncio.timeout(60):
        entity = await one.log.load(small, fresh=True)
    assert entity is not None
    held.set()
    for found in await asyncio.gather(*loads):
        assert found is not None
        assert found.version == FEW + 1


async def test_a_tenant_loads_one_large_stream_at_a_time(
    one: Process, held: asyncio.Event, monkeypatch: pytest.MonkeyPatch
):
    assert isinstance(one.log, PostgresEventLog)
    monkeypatch.setattr(one.log, "_large", TenantLimiter(2, each=1, patience=0.1))
    large = await amended(one, FEW)
    loads = [asyncio.create_task(one.log.load(large, fresh=True)) for _ in range(2)]
    done, waiting = await asyncio.wait(loads, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    assert [type(load.exception()) for load in done] == [LimitReached]
    held.set()
    for load in waiting:
        assert await load is not None
