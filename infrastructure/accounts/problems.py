"""Problems: what couldn't be taken of an account, each with its reason."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection

from projections.paging import Fetch, NewestFirst, Page, PageEnd, Where

MOST = 1_000
"""Problems kept of one account: the newest."""

LONGEST_ITEM, LONGEST_TITLE, LONGEST_DETAIL = 1_000, 500, 1_000
"""Characters; longer texts are cut."""


class Problem(NamedTuple):
    """`item` is the UID or the href of what couldn't be taken, `title` its title, `detail` a
    sentence."""

    at: datetime
    item: str
    title: str | None
    code: str
    detail: str


# One problem of an item is told once: the newest time counts.
ADD = """
INSERT INTO account_problems (account, tenant, item, title, code, detail)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (account, md5(item), code) DO UPDATE
SET at = now(), title = excluded.title, detail = excluded.detail
RETURNING id
"""

KEEP = f"""
DELETE FROM account_problems WHERE account = %s AND (at, id) <= (
    SELECT at, id FROM account_problems WHERE account = %s
    ORDER BY at DESC, id DESC OFFSET {MOST} LIMIT 1)
RETURNING id
"""

SOLVED = """
DELETE FROM account_problems WHERE account = %s AND md5(item) = ANY(
    SELECT md5(t) FROM unnest(%s::text[]) t)
"""

PROBLEMS = NewestFirst(
    {name: name for name in Problem._fields},
    "account_problems",
    "at",
    "id",
    "octet_length(item) + octet_length(title) + octet_length(detail)",
)


class Problems:
    """All methods raise psycopg.Error and PoolTimeout."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch

    async def add(
        self, tenant: str, account: UUID, item: str, title: str | None, code: str, detail: str
    ) -> None:
        texts = (_text(item, LONGEST_ITEM), title and _text(title, LONGEST_TITLE), code)
        await self._fetch(ADD, (account, tenant, *texts, _text(detail, LONGEST_DETAIL)))
        await self._fetch(KEEP, (account, account))

    async def solved(self, account: UUID, item: str) -> None:
        """An item was taken after all."""
        await self._fetch(f"{SOLVED} RETURNING id", (account, [_text(item, LONGEST_ITEM)]))


async def solved(connection: AsyncConnection[Any], account: UUID, items: Iterable[str]) -> None:
    """Items were taken after all. Raises psycopg.Error."""
    if texts := [_text(item, LONGEST_ITEM) for item in items]:
        await connection.execute(SOLVED, (account, texts))


async def page(
    fetch: Fetch, tenant: str, account: UUID, limit: int, before: PageEnd | None = None
) -> Page[Problem]:
    """The newest problems of an account. Raises psycopg.Error, PoolTimeout."""
    where = Where("tenant = %s AND account = %s", tenant, account)
    return (await PROBLEMS.page(fetch, where, limit, 0, before)).map(Problem._make)


def _text(text: str, longest: int) -> str:
    """The text, cut, and without characters that PostgreSQL can't store."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]
