"""A clerk can't tell apart two tenants that differ only in what a restricted tag hides.

Both get the same records, each with secrets of its own, and then the same requests of somebody who
can't open their tags. Every answer has to be the same, byte for byte, once ids and recorded times
are named in the order in which they appear.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import given as for_any
from hypothesis import settings

from domain.errors import Invalid
from domain.record import Record, When
from infrastructure.append import group_commit
from infrastructure.publishing.tenant_feed import TenantFeed, ToldPage
from infrastructure.system import prepare_database
from projections import paging
from projections.analytics import sums
from projections.timeline import model as timeline
from tests.api.lookalikes.hidden import DELIVERIES, Json, Large
from tests.api.lookalikes.lookalike import Asked
from tests.api.lookalikes.stories import Story, stories, tell_apart
from tests.api.running import EVERYTHING, Service, running

pytestmark = [
    # Not a strategy does that: the pools of the server, in a thread of its own.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

NUMBERED = "SELECT setval('interaction_numbers', 1000000), setval('contact_numbers', 5000000)"
_tenants = count(71_000_001, 2)


@pytest.fixture(scope="module")
def service(database: Callable[[], str]) -> Iterator[Service]:
    """A kith with small pages, whose numbers are those of nothing else: of seven digits, another
    range each."""
    conninfo = database()
    prepare_database(conninfo)
    with psycopg.connect(conninfo) as connection:
        connection.execute(NUMBERED)
    with pytest.MonkeyPatch.context() as patched, running(conninfo) as one:
        patched.setattr(paging, "PAGE_BYTES", 5_000)
        yield one


@settings(max_examples=max(1, settings().max_examples // 6))
@for_any(stories)
def test_lookalikes_that_differ_in_what_is_hidden_cant_be_told_apart(
    service: Service, story: Story
):
    tell_apart(service, next(_tenants), story)


# The mutants: what was so once, or may come to be so, each with a story that tells.

SMALL: Json = {
    "subject": "0",
    "description": "0",
    "notes": "0",
    "outcome": "0",
    "topics": [],
    "sentiment": None,
    "followUp": None,
    "action": "0",
    "nonVerbal": None,
    "score": None,
    "tactics": [],
    "minutes": 1,
    "clock": "0:00:01",
    "end": None,
    "seconds": None,
    "delivery": DELIVERIES[0],
    "mail": False,
}


def story(origin: str, one: Json, other: Json, *requests: Asked, records: int = 1) -> Story:
    tags: tuple[str, ...] = ("immigration",)
    written = [(origin, SMALL | one, SMALL | other, tags)] * records
    return Story(EVERYTHING, written, [], list(requests))


MOVED = story(
    "sites",
    {"end": "2025-01-01T00:00:00Z"},
    {},
    Asked("PUT", "/sites/api/interactions/{record:0}", body={"start_datetime": "9999-01-01"}),
)
FEED = Asked("GET", "/api/events?limit=1000")
LENGTHS = story("tracking", {"notes": Large()}, {}, FEED, records=3)
CROWD = [{"name": "n" * 500, "email": "e" * 500} for _ in range(100)]
CROWDED = story(
    "tracking",
    {"notes": Large()},
    {},
    Asked("PUT", "/api/interactions/{record:0}", body={"participants": CROWD}),
)
SMALL_JOB = 900_000
"""Bytes: more than a record with a large text, and fewer than one with a crowd besides."""

FOUND = story("tracking", {"notes": "visa"}, {}, Asked("GET", "/api/interactions?search=visa"))
LASTED = story("tracking", {"minutes": 45}, {}, Asked("GET", "/api/analytics/interactions"))


def refuses_late_ends(self: When, at: datetime, *, whole_day: bool = False) -> When:
    try:
        end = self.ends_at and at + (self.ends_at - self.at)
    except OverflowError:
        raise Invalid("It would end after the year 9999", field="when.at") from None
    return self.model_copy(update={"at": at, "ends_at": end, "whole_day": whole_day})


async def by_stored_bytes(self: TenantFeed, query: Any, tell: Any, _: int = 0) -> Any:
    page = await self.page(query, 150_000)
    return ToldPage(list(map(tell, page.events)), page.last, page.more)


def as_it_is(record: Record) -> Record:
    return record


MUTANTS = {
    "a late end is refused": (MOVED, When, "moved", refuses_late_ends),
    "a batch ends by stored bytes": (LENGTHS, TenantFeed, "told", by_stored_bytes),
    "an append counts what is hidden": (CROWDED, group_commit, "judged_size", lambda *_: 10**9),
    "a search looks into what is hidden": (FOUND, timeline, "redacted", as_it_is),
    "sums count what is hidden": (LASTED, sums, "redacted", as_it_is),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_tells_lookalikes_apart(
    service: Service, name: str, monkeypatch: pytest.MonkeyPatch
):
    told, place, attribute, mutant = MUTANTS[name]
    monkeypatch.setattr(group_commit, "LARGEST_JOB", SMALL_JOB)
    tell_apart(service, next(_tenants), told)
    monkeypatch.setattr(place, attribute, mutant)
    with pytest.raises(AssertionError, match=re.escape(str(told.requests[0])[:200])):
        tell_apart(service, next(_tenants), told)
