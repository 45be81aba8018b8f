"""Requests to a service keep to a rate, and pauses grow."""

import asyncio

import pytest

from infrastructure.calendars.port import Unreachable
from infrastructure.sync import schedule, throttled
from infrastructure.sync.schedule import Bucket
from infrastructure.sync.throttled import Throttled
from tests.infrastructure.sync.calendar_server import CalendarServer, InMemoryService

pytestmark = pytest.mark.anyio


async def waits(monkeypatch, bucket: Bucket, times: int) -> list[float]:
    """The seconds that each of so many callers is made to wait."""
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(round(seconds, 6))

    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", sleep)
        for _ in range(times):
            await bucket.take()
    return asked


async def test_requests_beyond_the_burst_wait_for_their_turn(monkeypatch):
    now = 0.0
    bucket = Bucket(lambda: now, rate=2.0, burst=3)
    assert await waits(monkeypatch, bucket, 3) == []
    assert await waits(monkeypatch, bucket, 2) == [0.5, 1.0]
    now = 60.0
    assert await waits(monkeypatch, bucket, 4) == [0.5]


async def test_a_call_that_takes_too_long_is_given_up(monkeypatch):
    class Slow(InMemoryService):
        async def calendars(self):
            await asyncio.sleep(600)
            return []

    monkeypatch.setattr(throttled, "LONGEST_REQUEST", 0.01)
    service = Throttled(Slow(CalendarServer()), Bucket(lambda: 0.0))
    with pytest.raises(Unreachable):
        await service.calendars()


def test_pauses_double_up_to_a_bound_and_obey_a_service_within_one():
    pauses = [schedule.pause(attempts) for attempts in range(1, 40)]
    for attempts, seconds in enumerate(pauses, 1):
        least = min(schedule.FIRST_PAUSE * 2 ** (attempts - 1), schedule.LONGEST_PAUSE)
        assert least <= seconds <= least * (1 + schedule.JITTER)
    assert schedule.pause(1, 120.0) == 120.0
    assert schedule.pause(1, 1e9) == schedule.LONGEST_RETRY_AFTER


def test_accounts_of_one_server_spread_out():
    polls = {schedule.poll("caldav") for _ in range(100)}
    assert len(polls) > 1
    assert min(polls) >= 30
    assert max(polls) <= 33
    assert schedule.poll("ics") >= 15 * schedule.MINUTE
