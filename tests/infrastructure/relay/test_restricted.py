"""Restricted content reaches no key, value or header of the topic; nor does the content of a
record that was deleted before it was sent."""

from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from domain.appointment import Appointment
from domain.interaction import Interaction
from domain.meeting import Meeting, Outcome
from domain.record import Labels, Rapport, Said, Service
from domain.streams import StreamName
from tests.brokers.broker import RealBroker
from tests.infrastructure.projecting.history import HOUR
from tests.infrastructure.projecting.support import NOW, NUMBERS, Ledger, record
from tests.infrastructure.relay.support import caught_up, check_complete, messages_of, relaying

pytestmark = pytest.mark.anyio

TAX = Labels(restricted=("tax",))


async def told(broker: RealBroker) -> bytes:
    parts = []
    for one in await messages_of(broker):
        parts += [one.key, one.value, *[value for _, value in one.headers]]
    return b"\n".join(parts)


@pytest.mark.parametrize("page_size", [1, 100])
async def test_hidden_text_is_never_sent_whenever_the_tag_comes(
    opened: Ledger, broker: RealBroker, page_size: int
):
    """With the record, by an amendment that also changes something, before one, and after it."""
    born = await opened.log("secret", labels=TAX, service=Service(service_id=987_654))
    born = await opened.amend(born, said=Said(subject="secret 2"))
    born = await opened.amend(born, said=Said(notes="secret 3"), labels=Labels())  # opened again
    await opened.amend(born, rapport=Rapport(non_verbal="to be seen"))
    late = await opened.log("secret 4")
    late = await opened.amend(late, said=Said(notes="secret 5"), labels=TAX)
    await opened.delete(late)
    await opened.log("open to all")
    async with relaying(opened, broker, page_size=page_size):
        await caught_up(opened)
    everything = await told(broker)
    assert b"secret" not in everything
    assert b"987654" not in everything
    assert b"to be seen" in everything
    assert b"open to all" in everything
    assert everything.count(b'"redacted":true') == 6
    await check_complete(opened, await messages_of(broker))


@pytest.mark.parametrize("page_size", [1, 100])
async def test_a_meeting_is_hidden_with_the_interaction_it_was_completed_with(
    opened: Ledger, broker: RealBroker, page_size: int
):
    ann = await opened.contact()
    stream, logged = StreamName("1", Meeting.kind, uuid7()), uuid7()
    appointment = Appointment(scheduled_at=NOW + HOUR, purpose="secret")
    meeting = await opened.append(stream, None, *Meeting.schedule(ann.id, appointment))
    outcome = Outcome(held_at=NOW - HOUR, outcomes="secret")
    done = meeting.state.complete(outcome, logged, datetime.now(UTC))
    await opened.append(stream, meeting, *done)
    events = Interaction.log(next(NUMBERS), ann.id, record("secret"), datetime.now(UTC))
    one = await opened.append(StreamName("1", Interaction.kind, logged), None, *events)
    await opened.amend(one, labels=TAX)
    async with relaying(opened, broker, page_size=page_size):
        await caught_up(opened)
    everything = await told(broker)
    assert b"secret" not in everything
    assert everything.count(b'"redacted":true') == 4


@pytest.mark.parametrize("page_size", [1, 100])
async def test_deleted_text_is_never_sent(opened: Ledger, broker: RealBroker, page_size: int):
    one = await opened.amend(await opened.log("secret"), said=Said(notes="secret 2"))
    await opened.delete(one)
    await opened.log("open to all")
    async with relaying(opened, broker, page_size=page_size):
        await caught_up(opened)
    everything = await told(broker)
    assert b"secret" not in everything
    assert b"open to all" in everything
    assert everything.count(b'"redacted":true') == 2
    await check_complete(opened, await messages_of(broker))
