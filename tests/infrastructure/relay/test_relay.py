"""The relay's promises across stops and starts."""

import threading
import time
from collections.abc import Sequence

import pytest

from domain.kinds import Kind
from infrastructure.following import follower
from infrastructure.relay.broker import TOPIC, Addressed
from infrastructure.relay.relay import Relay
from tests.api.running import running
from tests.brokers.broker import RealBroker, free_port
from tests.brokers.messages import consumed, header
from tests.infrastructure.projecting.history import mixed_history
from tests.infrastructure.projecting.support import Ledger, eventually, kill
from tests.infrastructure.relay.support import (
    caught_up,
    check_complete,
    checkpoint,
    ids,
    messages_of,
    owners,
    relaying,
)

pytestmark = pytest.mark.anyio


async def test_every_event_comes_once_and_in_order_per_key(opened: Ledger, broker: RealBroker):
    ann = await opened.contact()
    await mixed_history(opened)
    async with relaying(opened, broker):
        await opened.log_many(100, contact=ann.id)
        await caught_up(opened)
    messages = await messages_of(broker)
    assert len(messages) == await opened.head()
    await check_complete(opened, messages)


async def test_the_key_is_the_contact_or_else_the_stream_itself(opened: Ledger, broker: RealBroker):
    ann = await opened.contact()
    call = await opened.log(contact=ann.id)
    await opened.amend(call, kind=Kind.EMAIL)
    nobodys = await opened.log()
    async with relaying(opened, broker):
        await caught_up(opened)
    keys = {int(header(one, "ce_position")): one.key for one in await messages_of(broker)}
    anns = str(ann.id).encode()
    assert keys == {1: anns, 2: anns, 3: anns, 4: str(nobodys.id).encode()}


async def test_the_topic_is_made_with_its_partitions(opened: Ledger, broker: RealBroker):
    await opened.contact()
    async with relaying(opened, broker):
        await caught_up(opened)
    with broker.administrator() as admin:
        (topic,) = admin.describe_topics([TOPIC])
    assert len(topic["partitions"]) == 12


async def test_a_restart_goes_on_from_the_checkpoint(opened: Ledger, broker: RealBroker):
    await opened.log_many(30)
    async with relaying(opened, broker):
        await caught_up(opened)
    await opened.log_many(30)
    async with relaying(opened, broker):
        await caught_up(opened)
    assert len(await messages_of(broker)) == 60


class Slow(Relay):
    """Sends a page in no less than a twentieth of a second."""

    def _send(self, messages: Sequence[Addressed]) -> None:
        time.sleep(0.05)
        super()._send(messages)


async def test_a_stop_in_the_middle_repeats_and_loses_nothing(opened: Ledger, broker: RealBroker):
    await opened.log_many(300)
    async with relaying(opened, broker, Slow, page_size=5):

        async def begun() -> bool:
            return await checkpoint(opened) > 0

        await eventually(begun)
    assert 0 < await checkpoint(opened) < 300
    async with relaying(opened, broker):
        await caught_up(opened)
    messages = await messages_of(broker)
    assert len(messages) == 300
    await check_complete(opened, messages)


async def test_an_appended_event_is_sent_at_once(opened: Ledger, broker: RealBroker):
    async with relaying(opened, broker):
        await opened.contact()
        await caught_up(opened)
        began = time.monotonic()
        await opened.contact()
        await caught_up(opened)
        assert time.monotonic() - began < 10


async def test_a_broker_that_comes_up_later_gets_everything(
    opened: Ledger,
    broker: RealBroker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(follower, "LONGEST_PAUSE", 0.1)
    broker.stop()
    await opened.log_many(40)
    threads = threading.active_count()
    async with relaying(opened, broker) as relay:

        async def tried() -> bool:
            return caplog.text.count("the relay starts again") >= 10

        await eventually(tried)
        assert relay.lag == 40
        assert threading.active_count() < threads + 10  # no try leaves a thread behind
        broker.start()
        await caught_up(opened)
        assert relay.lag == 0
        await check_complete(opened, await messages_of(broker))


async def test_one_of_two_relays_owns_the_log_and_the_other_takes_over(
    opened: Ledger, broker: RealBroker
):
    async with relaying(opened, broker) as one, relaying(opened, broker) as other:
        await opened.log_many(20)
        await caught_up(opened)
        assert [one.owner, other.owner].count(True) == 1
        assert owners(opened) == 1
        first, second = (one, other) if one.owner else (other, one)
        await first.stop()
        await opened.log_many(20)
        await caught_up(opened)
        assert second.owner
    messages = await messages_of(broker)
    assert len(messages) == 40
    await check_complete(opened, messages)


async def test_an_owner_that_loses_its_connection_takes_the_lock_again(
    opened: Ledger, broker: RealBroker
):
    async with relaying(opened, broker):
        await opened.log_many(20)
        await caught_up(opened)
        assert await kill(opened.conninfo, "application_name = 'kith relay'") == 1
        await opened.log_many(20)
        await caught_up(opened)
    await check_complete(opened, await messages_of(broker))


async def test_an_event_that_cannot_be_read_halts_the_stream_and_is_not_skipped(
    opened: Ledger, broker: RealBroker, caplog: pytest.LogCaptureFixture
):
    await opened.log_many(3)
    await opened.rows(
        "UPDATE stored_events SET topic = 'kith.unknown.v1' WHERE notification_id = 3 RETURNING 1"
    )
    await opened.log_many(3)
    async with relaying(opened, broker):

        async def halted() -> bool:
            return "there is no event type kith.unknown.v1" in caplog.text

        await eventually(halted)
    assert await checkpoint(opened) == 2
    assert [header(one, "ce_position") for one in await messages_of(broker)].count("3") == 0


def test_the_whole_service_relays_and_says_how_far_behind_it_is(conninfo: str, broker: RealBroker):
    with running(conninfo, kafka_bootstrap_servers=(broker.address,)) as service:
        made = service.client().post("/api/contacts", json={"name": "Ann Lee"})
        assert made.status_code == 201
        deadline = time.monotonic() + 60
        while not (messages := consumed(broker)):
            assert time.monotonic() < deadline
        assert messages[0].key == made.json()["id"].encode()
        # Its acknowledgement may come after the message.
        while "kith_relay_lag_events 0.0" not in service.anonymous().get("/metrics").text:
            assert time.monotonic() < deadline


async def test_requests_dont_wait_for_a_kafka_that_is_down(conninfo: str):
    with running(conninfo, kafka_bootstrap_servers=(f"127.0.0.1:{free_port()}",)) as service:
        for number in range(20):
            began = time.monotonic()
            made = service.client().post("/api/contacts", json={"name": f"Ann {number}"})
            assert made.status_code == 201
            assert time.monotonic() - began < 10


async def test_the_ids_are_the_events_own(opened: Ledger, broker: RealBroker):
    await opened.log_many(5)
    async with relaying(opened, broker):
        await caught_up(opened)
    found = {header(one, "ce_id") for one in await messages_of(broker)}
    assert found == set(await ids(opened))
