"""A page is read in batches bounded in bytes, and large timelines share no statement."""

from collections.abc import AsyncIterator

import pytest

from application.entity import Entity
from domain.record import Said
from infrastructure.postgres.fetch import fetching
from projections.paging import PAGE_BYTES, PageEnd
from projections.timeline import queries
from projections.timeline.pages import (
    SHARED_BYTES,
    TimelineRead,
    large_page,
    shared_pages,
)
from tests.infrastructure.projecting.support import Ledger, ledger

pytestmark = pytest.mark.anyio

LARGE = 300_000


@pytest.fixture
async def opened(database) -> AsyncIterator[Ledger]:
    async with ledger(database()) as one:
        yield one


def large() -> Said:
    text = "x" * (LARGE // 3)
    return Said(notes=text, description=text, outcome=text)


async def logged(opened: Ledger, contact: Entity, *sizes: int) -> list[str]:
    """The ids of records of these sizes, newest first."""
    made = []
    for days, size in enumerate(sizes):
        text = "x" * (size // 3)
        said = Said(notes=text, description=text, outcome=text)
        made.append(await opened.log(contact=contact.id, days=days, said=said))
    return [str(one.id) for one in made]


async def test_the_rest_of_a_page_omits_what_was_deleted_since(opened: Ledger):
    ann = await opened.contact()
    made = [
        await opened.log(contact=ann.id, days=days, said=large(), word=f"w{days}")
        for days in range(10)
    ]
    fetch, wanted = fetching(opened.pool), queries.Filter("1")
    found = await queries.page(fetch, wanted, 9)
    assert (len(found.records), found.more) == (4, True)
    assert found.rest == [one.id for one in made[4:9]]
    await opened.delete(made[5])
    rest = await queries.rest(fetch, wanted, found.rest)
    last = await queries.rest(fetch, wanted, rest.rest)
    told = [*found.records, *rest.records, *last.records]
    kept = [one for one in made[:9] if one is not made[5]]
    assert [f'"id":"{one.id}"' in text for one, text in zip(kept, told, strict=True)] == [True] * 8
    assert last.rest == []


async def test_the_rest_of_a_page_is_of_its_tenant_alone(opened: Ledger):
    one = await opened.log(said=large(), tenant="2")
    found = await queries.rest(fetching(opened.pool), queries.Filter("1"), [one.id])
    assert found.records == []


async def test_a_record_larger_than_a_page_is_a_page(opened: Ledger):
    for _ in range(3):
        await opened.log(said=large())
    fetch, pages, before = fetching(opened.pool), 0, None
    while True:
        found = await queries.page(fetch, queries.Filter("1"), 100, before=before)
        assert found.records
        pages, before = pages + 1, found.end
        if before is None:
            break
    assert pages == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 200])
async def test_a_large_timeline_ends_by_bytes_or_by_number(opened: Ledger, limit: int):
    ann = await opened.contact()
    ids = await logged(opened, ann, LARGE, LARGE, 30, LARGE, LARGE, LARGE, 30)
    fetch, seen = fetching(opened.pool), list[str]()
    end: PageEnd | None = None
    while True:
        page = await large_page(fetch, TimelineRead("1", ann.id, limit, end))
        assert page is not None
        number = page.documents.count('"contactId"')
        assert 0 < number <= limit
        assert len(page.documents) < PAGE_BYTES + 2 * LARGE
        assert page.cut is (limit > 5 and not seen)
        seen += [one for one in ids if one in page.documents]
        if (end := page.end) is None:
            break
    assert seen == ids


async def test_a_large_timeline_isnt_read_with_others(opened: Ledger):
    reads = []
    for sizes in ((30, 30), (LARGE, 30), (SHARED_BYTES // 2, SHARED_BYTES // 2, SHARED_BYTES // 2)):
        contact = await opened.contact()
        await logged(opened, contact, *sizes)
        reads.append(TimelineRead("1", contact.id, 50))
    nobody = TimelineRead("2", reads[0].contact_id, 50)
    fetch = fetching(opened.pool)
    pages = await shared_pages(fetch, [*reads, nobody])
    assert [page and page.cut for page in pages] == [False, True, True, None]
    assert sum(len(page.documents) for page in pages if page) < 2 * SHARED_BYTES
    small = await large_page(fetch, reads[0])
    assert small == pages[0]
