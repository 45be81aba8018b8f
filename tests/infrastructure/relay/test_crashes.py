"""A relay that ends between acknowledgement and checkpoint, and the mistake that would lose."""

from collections.abc import Sequence

import pytest

from infrastructure.following.session import Page
from infrastructure.relay.broker import Addressed
from infrastructure.relay.relay import Relay
from tests.brokers.broker import RealBroker
from tests.brokers.messages import header
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.relay.support import (
    caught_up,
    check_complete,
    messages_of,
    relaying,
    without_repeats,
)

pytestmark = pytest.mark.anyio


class EndsBeforeTheCheckpoint(Relay):
    """Kafka has acknowledged every third page when this relay is gone, before it moved."""

    tries = 0

    def _send(self, messages: Sequence[Addressed]) -> None:
        super()._send(messages)
        self.tries += 1
        if self.tries % 3 == 0:
            raise OSError("gone after the acknowledgement")


class MovesTooEarly(Relay):
    """The mutant: the checkpoint before the acknowledgement, and gone between them, once."""

    tries = 0

    async def land(self, page: Page) -> None:
        await self.session.checkpoints.move(page.last)
        self.tries += 1
        if self.tries == 2:
            raise OSError("gone before the acknowledgement")
        await super().land(page)


async def test_a_crash_before_the_checkpoint_repeats_with_the_same_id_and_loses_nothing(
    opened: Ledger, broker: RealBroker
):
    ann = await opened.contact()
    await opened.log_many(120, contact=ann.id)
    async with relaying(opened, broker, EndsBeforeTheCheckpoint):
        await caught_up(opened)
    messages = await messages_of(broker)
    await check_complete(opened, messages)
    assert len(messages) > len(without_repeats(messages)) == 121
    same = {header(one, "ce_id"): (one.key, one.value, one.headers) for one in messages}
    assert all(same[header(one, "ce_id")] == (one.key, one.value, one.headers) for one in messages)


async def test_the_checks_find_a_relay_that_moves_too_early(opened: Ledger, broker: RealBroker):
    await opened.log_many(120)
    async with relaying(opened, broker, MovesTooEarly):
        await caught_up(opened)
    with pytest.raises(AssertionError, match="lost"):
        await check_complete(opened, await messages_of(broker))


async def test_a_broker_stopped_in_the_middle_gets_the_rest_when_it_is_back(
    opened: Ledger, broker: RealBroker
):
    """Some brokers of the tests forget what they had: that was looked at before."""
    await opened.log_many(40)
    async with relaying(opened, broker):
        await caught_up(opened)
        before = await messages_of(broker)
        broker.stop()
        await opened.log_many(40)
        broker.start()
        await caught_up(opened, 60)
    await check_complete(opened, before + await messages_of(broker))
