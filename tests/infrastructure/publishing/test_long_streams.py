"""An event is judged without its stream's other events, however many and large those are."""

from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given as for_any

from application.entity import Entity
from domain.interaction import Interaction, InteractionDeleted, InteractionLogged
from domain.record import Labels, Said
from infrastructure.log.codec import encode_data
from infrastructure.log.events import COLUMNS, Logged, events_of
from infrastructure.log.reader import BY_STREAM, IS_JUDGING, LogReader, reading
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.publishing.tenant_feed import EventQuery, TenantFeed
from tests.domain import anything
from tests.domain.samples import ANN
from tests.domain.samples import NOW as THEN
from tests.infrastructure.projecting.support import Ledger
from tests.memory import traced

pytestmark = pytest.mark.anyio

LARGE = 300_000
"""Bytes of a record."""

FEW, MANY = 4, 24
"""Amendments; each holds the text before and after it."""

TAX = Labels(restricted=("tax",))


def large(number: int) -> Said:
    text = str(number % 10) * (LARGE // 3)
    return Said(notes=text, description=text, outcome=text)


async def amended(opened: Ledger, times: int) -> Entity:
    entity = await opened.log("the first")
    for number in range(times):
        entity = await opened.amend(entity, said=large(number))
    return entity


async def growth(opened: Ledger, *, tag: bool = False) -> int:
    """By how much more the feed takes for one event of a long stream than for one of a short: the
    first, the last and one in between."""
    feed, peaks = TenantFeed(TenantPools(opened.pool)), []
    for times in (FEW, MANY):
        entity = await amended(opened, times)
        if tag:
            await opened.amend(entity, labels=TAX)
        subject = f"interaction/{entity.id}"
        rows = await opened.rows(
            "SELECT notification_id FROM stored_events WHERE originator_id = %s ORDER BY 1",
            str(entity.stream),
        )
        positions = [position for (position,) in rows]
        with traced() as found:
            for after in (positions[0] - 1, positions[times // 2], positions[-2]):
                asked = EventQuery("1", after, subject=subject, limit=1)
                (one,) = (await feed.page(asked)).events
                assert one.recorded.position > after
                assert one.hidden is tag
        peaks.append(found.most)
    return peaks[1] - peaks[0]


@pytest.mark.parametrize("tag", [False, True])
async def test_one_event_of_a_long_stream_takes_no_more_memory_than_of_a_short(
    opened: Ledger, tag: bool
):
    assert await growth(opened, tag=tag) < LARGE


async def test_a_mutant_that_reads_the_whole_stream_takes_more(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
):
    everything = (
        f"SELECT {COLUMNS} FROM stored_events WHERE originator_id = ANY($1) ORDER BY {BY_STREAM}"
    )

    async def judging(self: LogReader, streams: Iterable[str]) -> AsyncIterator[list[Logged]]:
        yield await events_of(await self.rows(everything, list(streams)))

    monkeypatch.setattr(LogReader, "judging", judging)
    assert await growth(opened) > (MANY - FEW) * LARGE


async def test_judging_events_alone_are_read(opened: Ledger):
    quoted = Said(notes='"restricted":["tax"] "labels.restricted":')
    one = await opened.log("open", said=quoted)
    one = await opened.amend(one, said=Said(notes="still open"))
    one = await opened.amend(one, labels=TAX)
    one = await opened.amend(one, said=Said(notes="hidden"))
    one = await opened.amend(one, labels=Labels())
    await opened.delete(one)
    born = await opened.log("hidden from the first", labels=TAX)
    names = [str(one.stream), str(born.stream)]
    async with reading(opened.pool) as log:
        found = [event async for page in log.judging(names) for _, event in page]
    assert [(str(event.stream), event.version) for event in found] == [  # type: ignore[union-attr]
        *((names[0], version) for version in (3, 5, 6)),
        (names[1], 1),
    ]


async def test_more_judging_events_than_fit_into_a_page_are_all_read(opened: Ledger):
    one = await opened.log("open")
    for number in range(8):
        labels = Labels(restricted=(f"tag {number}",))
        one = await opened.amend(one, said=large(number), labels=labels)
    one = await opened.amend(one, labels=Labels())
    feed = TenantFeed(TenantPools(opened.pool))
    (first,) = (await feed.page(EventQuery("1", limit=1))).events
    assert first.restricted == {f"tag {number}" for number in range(8)}


@for_any(anything.records(), anything.records())
def test_the_index_has_every_event_that_sets_restricted_tags(old, new):
    logged = InteractionLogged(number=1, contact_id=ANN, record=old)
    (amendment,) = Interaction.evolve(None, logged).amend(new, THEN) or (None,)
    if old.labels.restricted:
        assert '"restricted":["' in encode_data(logged)
    if old.labels.restricted != new.labels.restricted:
        assert amendment is not None
        assert '"labels.restricted":' in encode_data(amendment)
    assert f"'{InteractionDeleted.type}'" in IS_JUDGING
