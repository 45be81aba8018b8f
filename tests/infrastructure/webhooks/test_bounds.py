"""An endpoint that is slow or failing delays no other."""

import asyncio
import threading
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from infrastructure.webhooks import dispatcher
from infrastructure.webhooks.dispatcher import LOOK, Dispatcher
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.queue_statements import EACH
from tests.infrastructure.projecting.support import eventually
from tests.infrastructure.webhooks.receiver import Answered, Received
from tests.infrastructure.webhooks.support import (
    dispatching,
    ended,
    has_received,
    is_paused,
    subscribe,
)

pytestmark = pytest.mark.anyio


class TestBounds:
    async def test_a_slow_endpoint_holds_up_nobody_else(self, opened, receiver, other_receiver):
        slow = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        quick = await subscribe(opened, other_receiver.url, "kith.interaction.logged.v1")
        release = threading.Event()

        def wait(_: Received) -> Answered:
            release.wait(60)
            return Answered()

        receiver.answer = wait
        async with dispatching(opened, make_poster=partial(Poster, seconds=60)):
            await opened.log_many(100)
            await ended(opened, quick.id, 100)
            await eventually(lambda: has_received(receiver, EACH))
            assert len(receiver.received) == receiver.most_under_way == EACH
            release.set()
            await ended(opened, slow.id, 100)
        assert receiver.most_under_way <= EACH

    async def test_many_slow_endpoints_of_a_tenant_hold_up_no_other_tenant(
        self, opened, receiver, other_receiver, monkeypatch
    ):
        monkeypatch.setattr("infrastructure.webhooks.dispatcher.AT_ONCE", 24)
        monkeypatch.setattr("infrastructure.webhooks.queue.MOST_OF_TENANT", 16)
        for _ in range(4):
            await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        quick = await subscribe(opened, other_receiver.url, tenant="2")
        release = threading.Event()

        def wait(_: Received) -> Answered:
            release.wait(60)
            return Answered()

        receiver.answer = wait
        async with dispatching(opened, make_poster=partial(Poster, seconds=60)):
            await opened.log_many(20)
            await eventually(lambda: has_received(receiver, 16))
            await opened.log_many(20, tenant="2")
            await ended(opened, quick.id, 20)
            assert receiver.most_under_way == 16
            release.set()

    async def test_an_endpoint_in_trouble_is_probed_by_one_delivery_at_a_time(
        self, opened, receiver
    ):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        receiver.answers(500)
        async with dispatching(opened):
            await opened.log_many(40)
            await eventually(lambda: is_paused(opened, webhook))
            await asyncio.sleep(0.5)
            count = len(receiver.received)
            await asyncio.sleep(0.5)
        # Ten failures in a row, and those that were under way at that moment.
        assert count < 10 + 2 * EACH
        assert len(receiver.received) - count <= 2


@pytest.mark.parametrize(("planned", "rest"), [(True, 3.0), (False, LOOK)])
async def test_replays_rest_as_long_as_they_worked(monkeypatch, planned, rest):
    clock, rests = iter([10.0, 13.0]), []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    async def replay() -> bool:
        return planned

    queue: Any = SimpleNamespace(replay=replay)
    others: Any = None
    replays = Dispatcher(queue, others, others, others, others)
    fake_time = SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr(dispatcher, "time", fake_time)
    monkeypatch.setattr(dispatcher, "asyncio", SimpleNamespace(sleep=sleep))
    await replays._replay()
    assert rests == [rest]
