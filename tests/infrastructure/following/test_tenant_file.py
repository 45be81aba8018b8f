"""A new follower needs no more than its own part: lock, checkpoint and pages are there."""

import asyncio
from pathlib import Path

import pytest
from pydantic_core import from_json

from infrastructure.following.session import Page
from tests.infrastructure.following.tenant_file import TenantFile, tenant_file
from tests.infrastructure.projecting.support import Ledger, eventually, kill

pytestmark = pytest.mark.anyio

OWNER = (
    f"pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {TenantFile.lock})"
)
REACHED = "SELECT position FROM checkpoints WHERE follower = 'file' AND name = '1'"


async def reached_the_head(opened: Ledger) -> None:
    async def there() -> bool:
        return [(await opened.head(),)] == await opened.rows(REACHED)

    await eventually(there)


async def positions_of(opened: Ledger, tenant: str) -> list[int]:
    rows = await opened.rows(
        "SELECT notification_id FROM stored_events WHERE originator_id LIKE %s ORDER BY 1",
        f"{tenant}/%",
    )
    return [position for (position,) in rows]


def written(path: Path) -> list[int]:
    return [from_json(line)["position"] for line in path.read_bytes().splitlines()]


async def test_every_event_of_a_tenant_is_in_the_file_once_and_in_order(
    opened: Ledger, tmp_path: Path
):
    path = tmp_path / "events.ndjson"
    await opened.log_many(25)
    await opened.log_many(25, tenant="2")
    one, other = (tenant_file(opened.conninfo, "1", path, page_size=7) for _ in range(2))
    await one.start()
    await other.start()
    try:
        for _ in range(3):
            await opened.log_many(10)
            await kill(opened.conninfo, OWNER)
            await opened.log_many(10, tenant="2")
        await reached_the_head(opened)

        async def one_at_most() -> bool:
            # Whose connection was killed takes a moment to notice that it is the owner no longer.
            return [one.owner, other.owner].count(True) <= 1

        await eventually(one_at_most)
    finally:
        await asyncio.gather(one.stop(), other.stop())
    assert written(path) == await positions_of(opened, "1")


class MovesFirst(TenantFile):
    """The mutant: the checkpoint moves before the lines are written, and a crash comes between."""

    crashed = False

    async def land(self, page: Page) -> None:
        if not MovesFirst.crashed:
            MovesFirst.crashed = True
            await self.session.checkpoints.move(page.last)
            raise OSError("gone before the lines are written")
        await super().land(page)


async def test_a_checkpoint_that_moves_before_its_page_loses_events(opened: Ledger, tmp_path: Path):
    path = tmp_path / "events.ndjson"
    await opened.log_many(20)
    follower = tenant_file(opened.conninfo, "1", path)
    follower._part = MovesFirst("1", path, page_size=5)
    await follower.start()
    try:
        await reached_the_head(opened)
    finally:
        await follower.stop()
    assert len(written(path)) < len(await positions_of(opened, "1"))
