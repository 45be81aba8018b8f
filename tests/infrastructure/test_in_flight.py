"""Much under way at once, and never more than the bound."""

import asyncio

import pytest

from infrastructure.in_flight import InFlight

pytestmark = pytest.mark.anyio


async def test_never_more_is_under_way_than_the_bound():
    under_way = most = 0

    async def work():
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    async with InFlight(5) as flight:
        for _ in range(50):
            await flight.start(work())

    assert (most, under_way) == (5, 0)


async def test_the_first_error_is_raised_and_nothing_more_is_started():
    started = []

    async def work(number):
        started.append(number)
        if number == 3:
            raise ValueError(number)

    async def start_all():
        async with InFlight(1) as flight:
            for number in range(10):
                await flight.start(work(number))

    with pytest.raises(ValueError, match="3"):
        await start_all()
    assert started[-1] <= 4


async def test_an_error_outside_ends_what_is_under_way():
    ended = asyncio.Event()

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def start_and_fail():
        async with InFlight() as flight:
            await flight.start(work())
            await asyncio.sleep(0)
            raise KeyError

    with pytest.raises(KeyError):
        await start_and_fail()
    assert ended.is_set()
