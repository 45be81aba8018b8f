"""Deliveries that an endpoint refuses."""

import asyncio
import threading

import pytest

from domain.webhook import Reason
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.queue_statements import EACH
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.webhooks.receiver import Answered
from tests.infrastructure.webhooks.support import (
    SOON,
    dispatching,
    ended,
    is_paused,
    outcomes,
    subscribe,
)

pytestmark = pytest.mark.anyio


async def state(opened: Ledger, webhook) -> str | None:
    """Why it is disabled."""
    ((disabled,),) = await opened.rows("SELECT disabled FROM webhooks WHERE id = %s", webhook.id)
    return disabled


class TestFailing:
    @pytest.mark.parametrize("status", [500, 400, 404, 301])
    async def test_a_failed_delivery_is_retried_under_the_same_id(self, opened, receiver, status):
        webhook = await subscribe(opened, receiver.url)
        receiver.answer = lambda _: Answered(status if len(receiver.received) < 3 else 200)
        async with dispatching(opened):
            await opened.log()
            await ended(opened, webhook.id)
        assert len(receiver.received) == 3
        assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
        assert await outcomes(opened, webhook.id) == [("delivered", 3, 200, None)]

    async def test_a_delivery_has_failed_after_the_last_attempt(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url)
        receiver.answers(500)
        async with dispatching(opened):
            await opened.log()
            await ended(opened, webhook.id)
        assert len(receiver.received) == len(SOON) + 1
        (found,) = await outcomes(opened, webhook.id)
        assert found == ("failed", len(SOON) + 1, 500, "It answered 500.")
        assert await state(opened, webhook) is None  # a day has to pass

    async def test_an_endpoint_that_doesnt_answer_in_time_has_failed(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url)
        waiting = threading.Event()
        receiver.answer = lambda _: Answered(200 if waiting.wait(60) else 500)

        def hasty(**options):
            return Poster(**options, seconds=0.2)

        async with dispatching(opened, make_poster=hasty, retries=()):
            await opened.log()
            await ended(opened, webhook.id)
        waiting.set()
        (found,) = await outcomes(opened, webhook.id)
        assert found == ("failed", 1, None, "There was no answer within 0.2 seconds.")

    async def test_an_endpoint_that_isnt_there_has_failed(self, opened, receiver):
        receiver.close()
        webhook = await subscribe(opened, receiver.url)
        async with dispatching(opened, retries=()):
            await opened.log()
            await ended(opened, webhook.id)
        ((outcome, _, status, error),) = await outcomes(opened, webhook.id)
        assert (outcome, status) == ("failed", None)
        assert error
        assert error.startswith("There was no connection")

    async def test_gone_disables_the_webhook_and_gives_up_what_waits(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        receiver.answers(410)
        await opened.log_many(20)
        async with dispatching(opened):
            await ended(opened, webhook.id, 20)
            assert await state(opened, webhook) == Reason.GONE
            count = len(receiver.received)
            await opened.log()
            await asyncio.sleep(0.5)
        assert len(receiver.received) == count <= EACH
        found = {outcome for outcome, *_ in await outcomes(opened, webhook.id)}
        assert found <= {"failed", "canceled"}
        assert len(await outcomes(opened, webhook.id)) == 20

    async def test_a_day_of_nothing_but_failures_disables_the_webhook(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        receiver.answers(500)

        async def disabled() -> bool:
            return await state(opened, webhook) is not None

        async with dispatching(opened):
            await opened.log()
            await ended(opened, webhook.id)
            await opened.rows(
                "UPDATE webhook_endpoints SET failing_since = now() - interval '25 hours' "
                "RETURNING 1"
            )
            await opened.log()
            await eventually(disabled)
        assert await state(opened, webhook) == Reason.FAILING

    async def test_a_success_begins_the_day_of_failures_anew(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        await opened.log()
        async with dispatching(opened):
            await ended(opened, webhook.id)
            await opened.rows(
                "UPDATE webhook_endpoints SET failures = 3, "
                "failing_since = now() - interval '25 hours' RETURNING 1"
            )
            await opened.log()
            await ended(opened, webhook.id, 2)
            receiver.answers(500)
            await opened.log()
            await ended(opened, webhook.id, 3)
        assert await state(opened, webhook) is None

    @pytest.mark.parametrize("status", [429, 503])
    async def test_an_endpoint_that_asks_for_a_rest_is_left_alone(self, opened, receiver, status):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        receiver.answers(status, {"Retry-After": "900"})
        async with dispatching(opened):
            await opened.log()
            await eventually(lambda: is_paused(opened, webhook))
            await opened.log()
            await asyncio.sleep(0.6)
        assert len(receiver.received) == 1
        seconds = await opened.value(
            "SELECT extract(epoch FROM paused_until - now()) FROM webhook_endpoints"
        )
        assert 800 < seconds <= 900

    async def test_a_redirect_is_not_followed(self, opened, receiver, other_receiver):
        webhook = await subscribe(opened, receiver.url)
        receiver.answers(307, {"Location": other_receiver.url})
        async with dispatching(opened, retries=()):
            await opened.log()
            await ended(opened, webhook.id)
        assert other_receiver.received == []
        error = "It answered 307: redirects are not followed."
        assert await outcomes(opened, webhook.id) == [("failed", 1, 307, error)]
