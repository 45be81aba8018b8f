"""A site's search is right whatever its index has seen: all, nothing, or a part of the log."""

from collections.abc import AsyncIterator

import pytest
from pydantic_core import from_json

from domain.kinds import Kind
from domain.record import Labels, Said
from infrastructure.postgres.bounded_queries import BoundedQueries
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.projecting.projectors import throttled_projector
from infrastructure.projecting.waiting import caught_up
from projections.sites import queries as site_queries
from projections.sites.model import SITE_LIST, SITE_SEARCH
from projections.sites.queries import SiteFilter, SitePage
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.projecting.test_projector import running

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("listing")]

WANTED = SiteFilter("1", search="needle")


@pytest.fixture
async def listing(opened: Ledger) -> AsyncIterator[None]:
    """Feeds the list behind the append. The index is fed only where a test says so."""
    async with running(opened.conninfo, [SITE_LIST]):
        yield


async def search(
    opened: Ledger, wanted: SiteFilter = WANTED, limit: int = 100, offset: int = 0
) -> SitePage:
    """Search as the contract does: wait for the list, not for the index."""
    await caught_up(opened.pool, [SITE_LIST.name], wanted.tenant, 60)
    async with BoundedQueries(TenantPools(opened.pool)).open(wanted.tenant) as fetch:
        return await site_queries.page(fetch, wanted, limit, offset)


async def index(opened: Ledger) -> None:
    """Let the index see all there is."""
    throttled = throttled_projector(opened.conninfo)

    async def seen() -> bool:
        return await opened.checkpoint(SITE_SEARCH.name) == await opened.head()

    await throttled.start()
    await eventually(seen)
    await throttled.stop()


@pytest.fixture(params=["an index", "no index", "too much to look up"])
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "too much to look up":
        monkeypatch.setattr(site_queries, "MOST_UNSEEN", 0)
    return str(request.param)


async def see(opened: Ledger, state: str) -> None:
    if state == "an index":
        await index(opened)


async def test_an_appended_interaction_is_found_at_once(opened: Ledger, state: str):
    await opened.log_many(20)
    await opened.log("A Needle")
    await see(opened, state)
    assert (await search(opened)).total == 1


async def test_an_interaction_changed_after_indexing_is_found_as_it_is_now(
    opened: Ledger, state: str
):
    leaves, comes, goes, stays = [
        await opened.log(subject) for subject in ("needle 1", "hay", "needle 2", "needle 3")
    ]
    await index(opened)
    await opened.amend(leaves, said=Said(subject="hay"))
    await opened.amend(comes, said=Said(subject="Needle"))
    await opened.delete(goes)
    await see(opened, state)
    found = await search(opened)
    assert found.total == 2
    assert [str(comes.id) in text or str(stays.id) in text for text in found.page.records] == [
        True
    ] * 2


async def test_a_tag_hides_from_the_moment_it_is_there(opened: Ledger, state: str):
    entity = await opened.log("needle")
    await index(opened)
    await opened.amend(entity, labels=Labels(restricted=("tax",)))
    await see(opened, state)
    assert (await search(opened)).total == 0
    assert (await search(opened, WANTED._replace(open_tags=("tax",)))).total == 1
    assert (await search(opened, SiteFilter("1", search="call"))).total == 1


async def test_of_several_tags_all_have_to_be_opened(opened: Ledger, state: str):
    await opened.log("needle", labels=Labels(restricted=("tax", "health")))
    await see(opened, state)
    for tags, total in ((("tax",), 0), (("health", "other"), 0), (("health", "tax", "x"), 1)):
        assert (await search(opened, WANTED._replace(open_tags=tags))).total == total


async def test_another_tenants_rows_are_neither_found_nor_counted(opened: Ledger, state: str):
    await opened.log("needle", tenant="1")
    await opened.log("needle", tenant="2")
    await see(opened, state)
    for tenant in ("1", "2"):
        assert (await search(opened, WANTED._replace(tenant=tenant))).total == 1
        assert (await search(opened, SiteFilter(tenant))).total == 1
    assert (await search(opened, WANTED._replace(tenant="3"))).total == 0


async def test_pages_and_totals_agree_while_the_index_follows(opened: Ledger, state: str):
    await opened.log_many(10, said=Said(subject="needle"))
    await index(opened)
    await opened.log_many(10, said=Said(subject="needle"), kind=Kind.COFFEE)
    await see(opened, state)
    seen: list[str] = []
    for offset in range(0, 24, 3):
        found = await search(opened, limit=3, offset=offset)
        assert found.total == 20
        seen += found.page.records
    assert len(set(seen)) == len(seen) == 20


async def test_words_are_found_and_sorted_with_the_spaces_between_them(opened: Ledger, state: str):
    for subject in ("A needle b", "Aneedle Ƣb", "Ab needle"):
        await opened.log(subject)
    await index(opened)
    for subject in ("A needle a", "Needle A", "Aa needle"):
        await opened.log(subject)
    await see(opened, state)
    assert (await search(opened, SiteFilter("1", search="a NEEDLE"))).total == 3
    assert (await search(opened, SiteFilter("1", search="needle a"))).total == 2
    assert (await search(opened, SiteFilter("1", title="e Ƣ"))).total == 1
    assert (await search(opened, SiteFilter("1", search="needleb"))).total == 0
    found = await search(opened, WANTED._replace(sort_by="title", descending=False))
    assert [from_json(text)["subject"] for text in found.page.records] == [
        *("A needle a", "A needle b", "Aa needle", "Ab needle", "Aneedle Ƣb", "Needle A")
    ]
