"""What reaches an endpoint, and what becomes of what doesn't."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import WebhookVerificationError
from uuid_utils.compat import uuid7

from domain.record import Labels, Said
from domain.webhook import Reason, WebhookSecretRotated
from infrastructure.postgres.fetch import fetching
from infrastructure.webhooks import confidential
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.queue import EACH
from infrastructure.webhooks.signing import new_secret
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.webhooks.receiver import Answered, Received, Receiver
from tests.infrastructure.webhooks.support import (
    SOON,
    dispatching,
    ended,
    outcomes,
    secret_of,
    subscribe,
)

pytestmark = pytest.mark.anyio


async def state(opened: Ledger, webhook) -> str | None:
    """Why it is disabled."""
    ((disabled,),) = await opened.rows("SELECT disabled FROM webhooks WHERE id = %s", webhook.id)
    return disabled


async def test_an_event_arrives_signed_as_a_cloud_event_in_structured_mode(opened, receiver):
    webhook = await subscribe(opened, receiver.url)
    async with dispatching(opened):
        logged = await opened.log("Prices")
        await ended(opened, webhook.id)
    (received,) = receiver.received
    event = received.verified_by(await secret_of(opened, webhook))
    assert event["type"] == "kith.interaction.logged.v1"
    assert event["subject"] == f"interaction/{logged.id}"
    assert event["id"] == str(logged.changed.id) == received.headers["webhook-id"]
    assert event["position"] == str(logged.position)
    assert event["data"]["record"]["said"]["subject"] == "Prices"
    assert received.headers["Content-Type"] == "application/cloudevents+json"
    assert received.path == "/hooks"
    assert await outcomes(opened, webhook.id) == [("delivered", 1, 204, None)]


async def test_nobody_elses_secret_verifies_it(opened, receiver):
    webhook = await subscribe(opened, receiver.url)
    async with dispatching(opened):
        await opened.log()
        await ended(opened, webhook.id)
    with pytest.raises(WebhookVerificationError):
        receiver.received[0].verified_by(new_secret())


async def test_only_what_happens_after_the_subscription_is_sent(opened, receiver):
    await opened.log("before")
    webhook = await subscribe(opened, receiver.url)
    after = await opened.log("after")
    async with dispatching(opened):
        await ended(opened, webhook.id)
    assert [event["position"] for event in receiver.events] == [str(after.position)]


async def test_only_the_types_asked_for_are_sent(opened, receiver):
    webhook = await subscribe(opened, receiver.url, "kith.contact.added.v1")
    async with dispatching(opened):
        await opened.log()
        await opened.contact()
        await ended(opened, webhook.id)
        await opened.log()
        await opened.contact()
        await ended(opened, webhook.id, 2)
    assert {event["type"] for event in receiver.events} == {"kith.contact.added.v1"}


async def test_each_tenant_is_told_of_its_own_events(opened, receiver, other_receiver):
    one = await subscribe(opened, receiver.url, tenant="1")
    other = await subscribe(opened, other_receiver.url, tenant="2")
    async with dispatching(opened):
        for tenant in ("1", "2", "2", "3"):
            await opened.log(tenant=tenant)
        await ended(opened, one.id)
        await ended(opened, other.id, 2)
    assert {event["tenant"] for event in receiver.events} == {"1"}
    assert {event["tenant"] for event in other_receiver.events} == {"2"}
    assert len(receiver.events) + len(other_receiver.events) == 3


async def test_every_event_arrives_once_while_many_processes_deliver(opened, receiver):
    webhook = await subscribe(opened, receiver.url)
    async with dispatching(opened), dispatching(opened), dispatching(opened):
        await opened.log_many(300)
        await ended(opened, webhook.id, 300, 30)
    assert len(receiver.events) == len({event["id"] for event in receiver.events}) == 300


class TestSecrets:
    async def rotate(self, opened: Ledger, webhook, overlap: timedelta) -> str:
        secret = uuid7()
        value = await confidential.keep(fetching(opened.pool), secret, "1", new_secret())
        rotated = WebhookSecretRotated(secret=secret, former_until=datetime.now(UTC) + overlap)
        await opened.append(webhook.stream, webhook, rotated)
        return value

    @pytest.mark.parametrize(("overlap", "signatures"), [(timedelta(hours=1), 2), (-1, 1)])
    async def test_old_and_new_sign_until_the_overlap_ends(
        self, opened, receiver, overlap, signatures
    ):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        old = await secret_of(opened, webhook)
        overlap = overlap if isinstance(overlap, timedelta) else timedelta(seconds=overlap)
        new = await self.rotate(opened, webhook, overlap)
        async with dispatching(opened):
            await opened.log()
            await ended(opened, webhook.id)
        (received,) = receiver.received
        assert len(received.headers["webhook-signature"].split(" ")) == signatures
        received.verified_by(new)
        if signatures == 2:
            received.verified_by(old)
        else:
            with pytest.raises(WebhookVerificationError):
                received.verified_by(old)


class TestFailing:
    @pytest.mark.parametrize("status", [500, 400, 404, 301])
    async def test_what_isnt_taken_is_sent_again_under_the_same_id(self, opened, receiver, status):
        webhook = await subscribe(opened, receiver.url)
        receiver.answer = lambda _: Answered(status if len(receiver.received) < 3 else 200)
        async with dispatching(opened):
            await opened.log()
            await ended(opened, webhook.id)
        assert len(receiver.received) == 3
        assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
        assert await outcomes(opened, webhook.id) == [("delivered", 3, 200, None)]

    async def test_after_the_last_attempt_it_has_failed(self, opened, receiver):
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
        receiver.answer = lambda _: Answered(200 if waiting.wait(5) else 500)

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

    async def test_one_success_in_between_and_the_day_begins_anew(self, opened, receiver):
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
            await eventually(lambda: _paused(opened, webhook))
            await opened.log()
            await asyncio.sleep(0.6)
        assert len(receiver.received) == 1
        seconds = await opened.value(
            "SELECT extract(epoch FROM paused_until - now()) FROM webhook_endpoints"
        )
        assert 890 < seconds < 900

    async def test_a_redirect_is_not_followed(self, opened, receiver, other_receiver):
        webhook = await subscribe(opened, receiver.url)
        receiver.answers(307, {"Location": other_receiver.url})
        async with dispatching(opened, retries=()):
            await opened.log()
            await ended(opened, webhook.id)
        assert other_receiver.received == []
        error = "It answered 307: redirects are not followed."
        assert await outcomes(opened, webhook.id) == [("failed", 1, 307, error)]


async def _paused(opened: Ledger, webhook) -> bool:
    return bool(
        await opened.rows(
            "SELECT 1 FROM webhook_endpoints WHERE webhook = %s AND paused_until > now()",
            webhook.id,
        )
    )


class TestBounds:
    async def test_a_slow_endpoint_holds_up_nobody_else(self, opened, receiver, other_receiver):
        slow = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        quick = await subscribe(opened, other_receiver.url, "kith.interaction.logged.v1")
        release = threading.Event()

        def wait(_: Received) -> Answered:
            release.wait(20)
            return Answered()

        receiver.answer = wait
        async with dispatching(opened):
            await opened.log_many(100)
            await ended(opened, quick.id, 100)
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
            release.wait(20)
            return Answered()

        receiver.answer = wait
        async with dispatching(opened):
            await opened.log_many(20)
            await eventually(lambda: _received(receiver, 16))
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
            await eventually(lambda: _paused(opened, webhook))
            await asyncio.sleep(0.5)
            count = len(receiver.received)
            await asyncio.sleep(0.5)
        # Ten failures in a row, and those that were under way at that moment.
        assert count < 10 + 2 * EACH
        assert len(receiver.received) - count <= 2


class TestRestricted:
    async def test_what_a_tag_hides_is_never_sent_not_even_from_before_the_tag(
        self, opened, receiver
    ):
        webhook = await subscribe(opened, receiver.url)
        entity = await opened.log("secret")
        tagged = await opened.amend(entity, said=Said(notes="secret 2"))
        await opened.amend(tagged, labels=Labels(restricted=("tax",)))
        async with dispatching(opened):
            await ended(opened, webhook.id, 3)
        assert len(receiver.received) == 3
        assert not any(b"secret" in one.body for one in receiver.received)
        assert all(event["data"]["redacted"] for event in receiver.events)

    async def test_what_is_hidden_by_the_time_of_a_retry_isnt_sent_then(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        receiver.answers(500)
        async with dispatching(opened, retries=(0.5,)):
            entity = await opened.log("secret")
            await eventually(lambda: _received(receiver, 1))
            await opened.amend(entity, labels=Labels(restricted=("tax",)))
            receiver.answers(204)
            await ended(opened, webhook.id)
        first, second = receiver.received
        assert b"secret" in first.body
        assert b"secret" not in second.body


async def _received(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) >= count
