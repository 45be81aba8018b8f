"""The deliveries of an endpoint: which events, in which form."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from standardwebhooks import WebhookVerificationError
from uuid_utils.compat import uuid7

from domain.record import Labels, Said
from domain.webhook import WebhookSecretRotated
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.signing import new_secret
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.webhooks.receiver import Answered, Received
from tests.infrastructure.webhooks.support import (
    dispatching,
    ended,
    has_received,
    outcomes,
    secret_of,
    subscribe,
    values_of,
)

pytestmark = pytest.mark.anyio


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


async def test_another_secret_doesnt_verify_a_message(opened, receiver):
    webhook = await subscribe(opened, receiver.url)
    async with dispatching(opened):
        await opened.log()
        await ended(opened, webhook.id)
    with pytest.raises(WebhookVerificationError):
        receiver.received[0].verified_by(new_secret())


async def test_events_after_the_subscription_alone_are_sent(opened, receiver):
    await opened.log("before")
    webhook = await subscribe(opened, receiver.url)
    after = await opened.log("after")
    async with dispatching(opened):
        await ended(opened, webhook.id)
    assert [event["position"] for event in receiver.events] == [str(after.position)]


async def test_subscribed_types_alone_are_sent(opened, receiver):
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
        await ended(opened, webhook.id, 300)
    assert len(receiver.events) == len({event["id"] for event in receiver.events}) == 300


class TestSecrets:
    async def rotate(self, opened: Ledger, webhook, overlap: timedelta) -> str:
        secret = uuid7()
        value = await values_of(opened).keep(secret, "1", webhook.id, new_secret())
        rotated = WebhookSecretRotated(secret=secret, former_until=datetime.now(UTC) + overlap)
        await opened.append(webhook.stream, webhook, rotated)
        return value

    @pytest.mark.parametrize(("overlap", "signatures"), [(timedelta(hours=1), 2), (-1, 1)])
    async def test_old_and_new_secret_sign_until_the_overlap_ends(
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


class TestRestricted:
    async def test_hidden_text_is_never_sent_even_from_before_the_tag(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url)
        entity = await opened.log("secret")
        tagged = await opened.amend(entity, said=Said(notes="secret 2"))
        await opened.amend(tagged, labels=Labels(restricted=("tax",)))
        async with dispatching(opened):
            await ended(opened, webhook.id, 3)
        assert len(receiver.received) == 3
        assert not any(b"secret" in one.body for one in receiver.received)
        assert all(event["data"]["redacted"] for event in receiver.events)

    async def test_a_retry_omits_text_hidden_since_the_first_try(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        hidden = threading.Event()

        def refuse_once(_: Received) -> Answered:
            hidden.wait(60)
            return Answered(500 if len(receiver.received) == 1 else 204)

        receiver.answer = refuse_once
        async with dispatching(opened, make_poster=partial(Poster, seconds=60)):
            entity = await opened.log("secret")
            await eventually(lambda: has_received(receiver, 1))
            await opened.amend(entity, labels=Labels(restricted=("tax",)))
            hidden.set()
            await ended(opened, webhook.id)
        first, second = receiver.received
        assert b"secret" in first.body
        assert b"secret" not in second.body


class TestDeleted:
    async def test_text_of_a_deleted_interaction_is_never_sent(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url)
        amended = await opened.amend(await opened.log("secret"), said=Said(notes="secret 2"))
        await opened.delete(amended)
        async with dispatching(opened):
            await ended(opened, webhook.id, 3)
        assert len(receiver.received) == 3
        assert not any(b"secret" in one.body for one in receiver.received)
        events = sorted(receiver.events, key=lambda event: int(event["position"]))
        assert [event["data"].get("redacted") for event in events] == [True, True, None]

    async def test_a_retry_omits_text_deleted_since_the_first_try(self, opened, receiver):
        webhook = await subscribe(opened, receiver.url, "kith.interaction.logged.v1")
        deleted = threading.Event()

        def refuse_once(_: Received) -> Answered:
            deleted.wait(60)
            return Answered(500 if len(receiver.received) == 1 else 204)

        receiver.answer = refuse_once
        async with dispatching(opened, make_poster=partial(Poster, seconds=60)):
            entity = await opened.log("secret")
            await eventually(lambda: has_received(receiver, 1))
            await opened.delete(entity)
            deleted.set()
            await ended(opened, webhook.id)
        first, second = receiver.received
        assert b"secret" in first.body
        assert b"secret" not in second.body
