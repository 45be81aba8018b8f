"""A tenant's feed: by position, type and subject, and redacted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from domain.appointment import Appointment
from domain.interaction import Interaction
from domain.meeting import Meeting, Outcome
from domain.record import Labels, Rapport, Said
from domain.streams import StreamName
from infrastructure.log import tenant_pages as tenant_log
from infrastructure.log.events import Halted
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import RestrictedEvent
from infrastructure.publishing.tenant_feed import Beyond, EventQuery, TenantFeed, ToldPage
from tests.infrastructure.projecting.history import HOUR, mixed_history
from tests.infrastructure.projecting.support import NOW, NUMBERS, Ledger, record

pytestmark = pytest.mark.anyio

LOGGED, AMENDED = "kith.interaction.logged.v1", "kith.interaction.amended.v1"
TAX, LAW = Labels(restricted=("tax",)), Labels(restricted=("tax", "law"))


async def everything(
    opened: Ledger, asked: EventQuery, most_bytes: int = 4_000_000
) -> list[RestrictedEvent]:
    """All pages, one after the other."""
    log, told = TenantFeed(TenantPools(opened.pool)), list[RestrictedEvent]()
    while True:
        page = await log.page(asked, most_bytes)
        told += page.events
        if not page.more:
            return told
        assert page.last > asked.after
        asked = asked._replace(after=page.last)


def positions(told: list[RestrictedEvent]) -> list[int]:
    return [one.recorded.position for one in told]


async def stored(opened: Ledger, condition: str, *parameters: object) -> list[int]:
    rows = await opened.rows(
        f"SELECT notification_id FROM stored_events WHERE {condition} ORDER BY 1", *parameters
    )
    return [position for (position,) in rows]


async def with_unreadable(opened: Ledger, position: int) -> None:
    async with opened.pool.connection() as connection:
        await connection.execute(
            "UPDATE stored_events SET state = 'x' WHERE notification_id = %s", (position,)
        )


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_a_tenant_is_told_all_of_its_own_events_in_order(opened: Ledger, limit: int):
    await mixed_history(opened)
    for tenant in ("1", "2", "nobody"):
        told = await everything(opened, EventQuery(tenant, limit=limit))
        assert positions(told) == await stored(opened, "originator_id LIKE %s", f"{tenant}/%")


@pytest.mark.parametrize("limit", [1, 2, 1000])
@pytest.mark.parametrize(
    "types", [{LOGGED}, {AMENDED}, {LOGGED, AMENDED}, {"kith.meeting.missed.v1"}]
)
async def test_types_are_told_with_what_led_to_them(opened: Ledger, types: set[str], limit: int):
    """An amendment of an amended record can't be told without what is between."""
    await mixed_history(opened)
    asked = EventQuery("1", types=frozenset(types), limit=limit)
    told = await everything(opened, asked)
    wanted = "originator_id LIKE '1/%%' AND topic = ANY(%s)"
    assert positions(told) == await stored(opened, wanted, sorted(types))
    unfiltered = await everything(opened, EventQuery("1"))
    assert told == [one for one in unfiltered if one.recorded.event.type in types]


@pytest.mark.parametrize("limit", [1, 1000])
async def test_a_feed_of_a_subject_has_its_events_alone(opened: Ledger, limit: int):
    await opened.log("before")
    one = await opened.log("one")
    await opened.log("between")
    one = await opened.amend(one, said=Said(subject="two"))
    one = await opened.amend(one, said=Said(subject="three"))
    subject = f"interaction/{one.id}"
    asked = EventQuery("1", subject=subject, limit=limit)
    assert positions(await everything(opened, asked)) == [2, 4, 5]
    assert positions(await everything(opened, asked._replace(after=2))) == [4, 5]
    amended = asked._replace(types=frozenset({AMENDED}), after=4)
    assert positions(await everything(opened, amended)) == [5]
    assert await everything(opened, asked._replace(tenant="2")) == []


async def test_large_events_end_a_page_early_and_none_is_left_out(opened: Ledger):
    for index in range(6):
        await opened.log("x" * 10_000 * (index % 3))
    log = TenantFeed(TenantPools(opened.pool))
    assert len((await log.page(EventQuery("1"), most_bytes=5_000)).events) == 2
    assert len(await everything(opened, EventQuery("1"), most_bytes=5_000)) == 6


async def lengths(feed: TenantFeed, tenant: str, **asked: Any) -> list[int]:
    """The number of events on each page, where all events are equally long."""
    found, query = [], EventQuery(tenant, **asked)
    while True:
        page = await feed.told(query, lambda _: bytes(1_000), most_bytes=5_000)
        found.append(len(page.events))
        if not page.more:
            return found
        query = query._replace(after=page.last)


async def secrets(opened: Ledger) -> tuple[str, str]:
    """A tenant with large records, and one with small ones, that are hidden."""
    for index in range(12):
        await opened.log("x" * 2_000 * (index % 4), labels=TAX)
        await opened.log("x", tenant="2", labels=TAX)
    return "1", "2"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [5, 5, 2]),
        ({"limit": 4}, [4, 4, 4, 0]),
        ({"types": frozenset({LOGGED})}, [5, 5, 2]),
    ],
)
async def test_a_page_ends_by_what_its_reader_is_told(opened: Ledger, asked, expected):
    feed = TenantFeed(TenantPools(opened.pool))
    for tenant in await secrets(opened):
        assert await lengths(feed, tenant, **asked) == expected


class ByStoredBytes(TenantFeed):
    """The mutant: its pages end by the bytes that the log has."""

    async def told(self, query: EventQuery, tell: Any, most_bytes: int = 0) -> ToldPage:
        page = await self.page(query, most_bytes)
        return ToldPage(list(map(tell, page.events)), page.last, page.more)


async def test_the_check_detects_a_page_that_ends_by_what_is_hidden(opened: Ledger):
    feed = ByStoredBytes(TenantPools(opened.pool))
    one, other = [await lengths(feed, tenant) for tenant in await secrets(opened)]
    assert one != other


async def test_a_told_page_ends_before_an_unreadable_event(opened: Ledger):
    for _ in range(3):
        await opened.log()
    await with_unreadable(opened, 3)
    feed = TenantFeed(TenantPools(opened.pool))
    page = await feed.told(EventQuery("1"), lambda _: b"x")
    assert page == ([b"x", b"x"], 2, True)
    with pytest.raises(Halted, match="event 3 of 1/interaction/"):
        await feed.told(EventQuery("1", after=2), lambda _: b"x")


async def test_an_exhausted_filter_resumes_at_the_tenants_last_event(
    opened: Ledger,
):
    await opened.log("one")
    await opened.contact()
    await opened.log("another's", tenant="2")
    page = await TenantFeed(TenantPools(opened.pool)).page(
        EventQuery("1", types=frozenset({LOGGED}))
    )
    assert (positions(page.events), page.last, page.more) == ([1], 2, False)
    page = await TenantFeed(TenantPools(opened.pool)).page(EventQuery("1", after=3))
    assert (page.events, page.last, page.more) == ([], 3, False)
    with pytest.raises(Beyond):
        await TenantFeed(TenantPools(opened.pool)).page(EventQuery("1", after=4))


async def test_a_page_ends_before_an_unreadable_event(opened: Ledger):
    for _ in range(3):
        await opened.log()
    await with_unreadable(opened, 3)
    log = TenantFeed(TenantPools(opened.pool))
    page = await log.page(EventQuery("1"))
    assert (positions(page.events), page.last, page.more) == ([1, 2], 2, True)
    with pytest.raises(Halted, match="event 3 of 1/interaction/"):
        await log.page(EventQuery("1", after=2))


async def test_an_event_of_an_older_type_is_published_under_its_present_one(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(3):
        await opened.log()
    await opened.contact()
    async with opened.pool.connection() as connection:
        await connection.execute("UPDATE stored_events SET topic = 'old' WHERE notification_id = 2")
    upcasters = {"old": lambda data: (LOGGED, data)}
    monkeypatch.setattr("infrastructure.log.codec.UPCASTERS", upcasters)
    monkeypatch.setattr(tenant_log, "UPCASTERS", upcasters)
    told = await everything(opened, EventQuery("1", types=frozenset({LOGGED})))
    assert positions(told) == [1, 2, 3]
    assert await everything(opened, EventQuery("1", types=frozenset({AMENDED}))) == []


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("types", [frozenset[str](), frozenset({LOGGED, AMENDED})])
async def test_an_event_is_hidden_by_every_tag_before_with_and_after_it(
    opened: Ledger, limit: int, types: frozenset[str]
):
    one = await opened.log("secret")
    one = await opened.amend(one, said=Said(subject="secret 2"), labels=TAX)
    one = await opened.amend(one, labels=LAW)
    one = await opened.amend(one, labels=Labels(), said=Said(subject="secret 3"))
    await opened.amend(one, rapport=Rapport(non_verbal="to be seen"))
    told = await everything(opened, EventQuery("1", types=types, limit=limit))
    assert [sorted(each.restricted) for each in told] == [["law", "tax"]] * 4 + [[]]
    assert [each.hidden_without(["tax"]) for each in told] == [True] * 4 + [False]
    assert not any(each.hidden_without(["law", "tax", "other"]) for each in told)
    shown = [cloud_event(each.recorded, hidden=each.hidden, base_url="").json() for each in told]
    assert b"secret" not in b"".join(shown)
    assert b"to be seen" in shown[-1]


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("types", [frozenset[str](), frozenset({LOGGED, AMENDED})])
async def test_the_events_of_a_deleted_interaction_are_withheld(
    opened: Ledger, limit: int, types: frozenset[str]
):
    asked = EventQuery("1", types=types, limit=limit)
    one = await opened.amend(await opened.log("secret"), said=Said(subject="secret 2"))
    await opened.log("to be seen")
    assert [each.deleted for each in await everything(opened, asked)] == [False] * 3
    await opened.delete(one)
    told = await everything(opened, asked)
    assert [each.deleted for each in told] == [True, True, False, False][: len(told)]
    assert not any(each.hidden for each in told)


@pytest.mark.parametrize("limit", [1, 100])
async def test_a_meeting_is_hidden_by_what_was_ever_on_its_interaction(opened: Ledger, limit: int):
    ann = await opened.contact()
    stream, logged = StreamName("1", Meeting.kind, uuid7()), uuid7()
    meeting = await opened.append(
        stream, None, *Meeting.schedule(ann.id, Appointment(scheduled_at=NOW + HOUR))
    )
    outcome = Outcome(held_at=NOW - HOUR, outcomes="secret")
    done = meeting.state.complete(outcome, logged, datetime.now(UTC))
    await opened.append(stream, meeting, *done)
    events = Interaction.log(next(NUMBERS), ann.id, record("secret"), datetime.now(UTC))
    one = await opened.append(StreamName("1", Interaction.kind, logged), None, *events)
    asked = EventQuery("1", subject=f"meeting/{stream.id}", limit=limit)
    assert not any(each.hidden for each in await everything(opened, asked))
    one = await opened.amend(one, labels=TAX)
    await opened.amend(one, labels=Labels())
    assert [set(each.restricted) for each in await everything(opened, asked)] == [{"tax"}] * 2
