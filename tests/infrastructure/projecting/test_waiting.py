"""A query over a read model behind the append waits for what has been acknowledged, no longer."""

import asyncio
import time
from math import inf

import pytest

from application.errors import Behind
from infrastructure.projecting import waiting
from infrastructure.projecting.projectors import projector
from infrastructure.projecting.waiting import caught_up
from tests.infrastructure.projecting.support import BEHIND, Ledger, caught_up_with_log, ledger
from tests.infrastructure.projecting.test_projector import owned, running

pytestmark = pytest.mark.anyio

NAMES = [model.name for model in BEHIND]


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that waiting makes."""
    made = []
    row = waiting._row

    async def counting(pool, sql, parameters):
        made.append(sql)
        return await row(pool, sql, parameters)

    monkeypatch.setattr(waiting, "_row", counting)
    return made


async def test_a_tenant_without_events_never_waits(opened: Ledger, queries: list[str]):
    await opened.log()
    await caught_up(opened.pool, NAMES, "nobody", timeout=0)
    assert len(queries) == 1


async def test_a_read_model_that_is_ahead_costs_one_query(opened: Ledger, queries: list[str]):
    await opened.log()
    async with running(opened.conninfo):
        await caught_up_with_log(opened, *NAMES)
    await caught_up(opened.pool, NAMES, "1", timeout=0)
    assert len(queries) == 1


async def test_waiting_is_for_the_tenants_own_events_only(opened: Ledger):
    await opened.log(tenant="1")
    async with running(opened.conninfo):
        await caught_up_with_log(opened, *NAMES)
    await opened.log(tenant="2")
    await caught_up(opened.pool, NAMES, "1", timeout=0)
    with pytest.raises(Behind):
        await caught_up(opened.pool, NAMES, "2", timeout=0)


async def test_waiting_without_a_projector_ends_at_the_bound(
    opened: Ledger, queries: list[str], monkeypatch: pytest.MonkeyPatch
):
    # A clock by which each query takes a second.
    monkeypatch.setattr(waiting, "monotonic", lambda: len(queries))
    await opened.log()
    with pytest.raises(Behind):
        await caught_up(opened.pool, NAMES, "1", timeout=5)
    assert len(queries) == 5


async def test_a_read_model_that_is_missing_is_behind(opened: Ledger):
    await opened.log()
    with pytest.raises(Behind):
        await caught_up(opened.pool, ["unheard_of"], "1", timeout=0.05)


async def test_an_acknowledged_event_is_there_when_another_process_projects(opened: Ledger):
    async with running(opened.conninfo) as other:
        await owned(other)
        for count in range(1, 11):
            await opened.log()
            await caught_up(opened.pool, NAMES, "1", 60)
            assert await opened.counted() == count


async def test_an_acknowledged_event_is_there_when_its_own_process_projects(conninfo: str):
    own = projector(conninfo, BEHIND)
    async with ledger(conninfo, committed=[own.committed]) as opened:
        await own.start()
        await owned(own)
        quickest = inf
        for count in range(1, 31):
            await opened.log()
            began = time.monotonic()
            await caught_up(opened.pool, NAMES, "1", 60, own)
            quickest = min(quickest, time.monotonic() - began)
            assert await opened.counted() == count
        await own.stop()
        assert quickest < 0.2  # it is told, and doesn't look in vain


async def test_waiting_outlives_its_own_projectors_loss_of_the_role(conninfo: str):
    own = projector(conninfo, BEHIND)
    async with ledger(conninfo, committed=[own.committed]) as opened:
        await own.start()
        await owned(own)
        async with running(conninfo) as other:
            stopping = asyncio.create_task(own.stop())
            await opened.log()
            await caught_up(opened.pool, NAMES, "1", 60, own)
            await stopping
            assert await owned(own, other) is other
        assert await opened.counted() == 1
