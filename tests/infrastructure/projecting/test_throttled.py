"""The throttled projector rests the longer, the more is appended."""

import asyncio

import pytest

from infrastructure.following.follower import Follower
from infrastructure.projecting.projectors import throttled_projector
from infrastructure.projecting.statements import Table
from infrastructure.projecting.throttled import (
    A_RUSH,
    LONGEST_REST,
    SHORTEST_REST,
    ThrottledRowWriter,
    rest,
)
from projections.sites.model import SITE_SEARCH
from tests.infrastructure.projecting.support import Ledger, eventually


def test_a_writer_takes_a_twentieth_of_the_time_in_a_rush():
    assert rest(A_RUSH) == rest(10 * A_RUSH) == LONGEST_REST == 19


def test_a_writer_hardly_rests_when_nothing_is_appended():
    assert rest(0) == SHORTEST_REST < 1


def test_the_rest_grows_with_the_rate():
    rests = [rest(rate) for rate in range(0, int(A_RUSH), 10)]
    assert rests == sorted(set(rests))


@pytest.mark.anyio
async def test_a_throttled_writer_catches_up_beside_another(opened: Ledger):
    await opened.log_many(30)
    part = ThrottledRowWriter([Table(SITE_SEARCH)], page_size=7)
    part.lock = 99  # so that both are owners
    one, other = Follower(opened.conninfo, part), throttled_projector(opened.conninfo)
    for follower in (one, other):
        await follower.start()

    async def seen() -> bool:
        return await opened.checkpoint(SITE_SEARCH.name) == await opened.head()

    async def both() -> bool:
        return one.owner and other.owner

    try:
        await eventually(both)
        await opened.log_many(30)
        await eventually(seen)
    finally:
        await asyncio.gather(one.stop(), other.stop())
    assert await opened.value("SELECT count(*) FROM site_search") == 60
