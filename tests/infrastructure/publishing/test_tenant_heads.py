"""A reader of a tenant's log sees every event once and in order while many append, wherever each
page ends; the same check finds the two ways of going on from the wrong place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from infrastructure.log import tenant_pages as tenant_log
from infrastructure.log.reader import LARGEST_PAGE
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.publishing import tenant_heads
from infrastructure.publishing.tenant_feed import EventPage, EventQuery, TenantFeed
from infrastructure.publishing.tenant_heads import Heads
from tests.infrastructure.projecting.support import Ledger, eventually, kill, ledger

pytestmark = pytest.mark.anyio

EVENTS, WRITERS = 600, 4


@asynccontextmanager
async def heads_of(opened: Ledger, tenant: str = "1") -> AsyncIterator[Heads]:
    heads = Heads(opened.pool)
    await heads.follow(tenant)
    try:
        yield heads
    finally:
        heads.leave(tenant)


async def write(*ledgers: Ledger, events: int = EVENTS) -> None:
    """Two tenants' events, by writers at several processes' doors."""

    async def writer(number: int) -> None:
        for n in range(events // WRITERS):
            tenant = ("1", "1", "2")[n % 3]
            await ledgers[number % len(ledgers)].log(f"{number}: {n}", tenant=tenant)

    await asyncio.gather(*map(writer, range(WRITERS)))


async def follow(opened: Ledger, log: TenantFeed, writing: asyncio.Task[None]) -> list[int]:
    """The positions that one is told who goes on from where each page ends, as streams do."""
    seen, asked = list[int](), EventQuery("1", limit=20)
    async with heads_of(opened) as heads:
        while True:
            last_round = writing.done()
            page = await log.page(asked)
            seen += [one.recorded.position for one in page.events]
            asked = asked._replace(after=page.last)
            if page.more:
                continue
            if last_round:
                return seen
            await heads.wait("1", page.last, 0.5)


async def followed(opened: Ledger, conninfo: str, log: TenantFeed) -> tuple[list[int], list[int]]:
    """The positions seen by a reader, and the positions in the log."""
    async with ledger(conninfo) as other:
        writing = asyncio.create_task(write(opened, other))
        seen = await follow(opened, log, writing)
    rows = await opened.rows(
        "SELECT notification_id FROM stored_events WHERE originator_id LIKE '1/%' ORDER BY 1"
    )
    assert len(rows) == EVENTS * 2 // 3
    return seen, [position for (position,) in rows]


async def test_every_event_is_seen_once_and_in_order(opened: Ledger, conninfo: str):
    seen, there = await followed(opened, conninfo, TenantFeed(TenantPools(opened.pool)))
    assert seen == there


class ReadsItsHeadTooLate(TenantFeed):
    """The mutant: it says that it has told everything up to where the log ends afterwards."""

    async def page(self, question: EventQuery, most_bytes: int = LARGEST_PAGE) -> EventPage:
        page = await super().page(question, most_bytes)
        await asyncio.sleep(0.002)
        return page if page.more else page._replace(last=await self.head(question.tenant))


async def test_the_check_detects_a_follower_that_skips_events(opened: Ledger, conninfo: str):
    seen, there = await followed(opened, conninfo, ReadsItsHeadTooLate(TenantPools(opened.pool)))
    assert set(seen) < set(there)


async def test_the_check_detects_a_follower_that_repeats_an_event(
    opened: Ledger, conninfo: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tenant_log, "ALL", tenant_log.ALL.replace("> ($1, $2)", ">= ($1, $2)"))
    seen, there = await followed(opened, conninfo, TenantFeed(TenantPools(opened.pool)))
    assert set(seen) == set(there)
    assert len(seen) > len(there)


async def test_a_look_finds_what_other_processes_appended(opened: Ledger, conninfo: str):
    async with ledger(conninfo) as other, heads_of(opened) as heads:
        await other.log(tenant="2")
        assert not await heads.wait("1", 0, 0.2)
        await other.log()
        assert await heads.wait("1", 0, 60)
        assert not await heads.wait("1", 2, 0.01)


async def test_a_follower_misses_no_event_from_its_first_moment(opened: Ledger):
    """However long the first look takes, and whoever else has begun to follow."""
    for tenant in ("1", "2", "1"):
        async with heads_of(opened, tenant) as heads:
            entity = await opened.log(tenant=tenant)
            assert await heads.wait(tenant, entity.position - 1, 60)


async def test_following_survives_the_loss_of_its_connections(opened: Ledger):
    async with heads_of(opened) as heads:
        await kill(opened.conninfo, "application_name <> 'nobody'")

        async def logged() -> bool:
            await opened.log()
            return True

        await eventually(logged)
        assert await heads.wait("1", 0, 60)


async def test_a_tenant_in_a_rush_is_woken_for_several_events_at_once(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tenant_heads, "PACE", 600)
    async with (
        heads_of(opened) as heads,
        ledger(opened.conninfo, committed=[heads.committed]) as committing,
    ):
        rung, after = 0, 0
        writing = asyncio.create_task(write(committing, events=300))
        while not writing.done():
            if await heads.wait("1", after, 0.05):
                rung += 1
                after = heads._tenants["1"].announced
        await writing
        assert rung == 1
