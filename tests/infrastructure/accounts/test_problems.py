"""Problems of an account: told once for an item, newest first, and bounded."""

from uuid import UUID

import pytest

from infrastructure.accounts import problems as problem_list
from infrastructure.accounts.problems import LONGEST_DETAIL, LONGEST_ITEM, Problems, page
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching

pytestmark = pytest.mark.anyio

ONE, OTHER = UUID(int=1), UUID(int=2)


async def items(opened, account: UUID = ONE, tenant: str = "1") -> list[str]:
    found = await page(fetching(opened.pool), tenant, account, 100)
    return [each.item for each in found.records]


async def add(opened, item: str, account: UUID = ONE, code: str = "rule", detail: str = "No."):
    problems = Problems(fetching(opened.pool))
    await problems.add("1", account, item, "Lunch", code, detail)


async def test_the_newest_problem_comes_first(opened):
    for item in ("a", "b", "c"):
        await add(opened, item)
    assert await items(opened) == ["c", "b", "a"]
    assert await items(opened, OTHER) == []
    assert await items(opened, ONE, tenant="2") == []


async def test_a_problem_that_comes_again_is_told_once(opened):
    await add(opened, "a", detail="old")
    await add(opened, "b")
    await add(opened, "a", detail="new")
    assert await items(opened) == ["a", "b"]
    (found, _) = (await page(fetching(opened.pool), "1", ONE, 100)).records
    assert found.detail == "new"


async def test_an_item_may_have_two_problems(opened):
    await add(opened, "a", code="rule")
    await add(opened, "a", code="zone")
    assert await items(opened) == ["a", "a"]


async def test_pages_follow_each_other(opened):
    for number in range(5):
        await add(opened, str(number))
    fetch, seen, before = fetching(opened.pool), [], None
    while True:
        found = await page(fetch, "1", ONE, 2, before)
        seen += [each.item for each in found.records]
        if (before := found.end) is None:
            break
    assert seen == ["4", "3", "2", "1", "0"]


async def test_the_oldest_problems_are_dropped(opened, monkeypatch):
    monkeypatch.setattr(problem_list, "KEEP", problem_list.KEEP.replace("OFFSET 1000", "OFFSET 3"))
    await add(opened, "x", OTHER)
    for number in range(6):
        await add(opened, str(number))
    assert await items(opened) == ["5", "4", "3"]
    assert await items(opened, OTHER) == ["x"]


async def test_a_solved_item_has_no_problems(opened):
    await add(opened, "a", code="rule")
    await add(opened, "a", code="zone")
    await add(opened, "b")
    await Problems(fetching(opened.pool)).solved(ONE, "a")
    assert await items(opened) == ["b"]


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 10_000, "🙂" * 5_000])
async def test_every_text_can_be_told(opened, text):
    await add(opened, f"a{text}", detail=f"a{text}")
    (found,) = (await page(fetching(opened.pool), "1", ONE, 100)).records
    assert found.item.startswith("a")
    assert (len(found.item) <= LONGEST_ITEM, len(found.detail) <= LONGEST_DETAIL) == (True, True)


async def test_problems_end_with_their_account(opened):
    await add(opened, "a")
    await States(fetching(opened.pool)).forget("1", ONE)
    assert await items(opened) == []
