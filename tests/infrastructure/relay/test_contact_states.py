"""The compacted topic: each contact as it is now under its id, nothing under a removed one's."""

import json
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from domain.contact import Details
from domain.relationship import RelationshipStatus
from infrastructure.relay.broker import CONTACTS_TOPIC, TOPIC
from infrastructure.relay.contact_states import ContactState
from tests.brokers.broker import RealBroker
from tests.brokers.chosen import kafka_chosen
from tests.brokers.messages import consumed, header
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.relay.support import caught_up, messages_of, relaying

pytestmark = pytest.mark.anyio


def compacted(broker: RealBroker) -> dict[str, Any]:
    """The table of a consumer that has read the whole topic."""
    table: dict[str, Any] = {}
    for one in consumed(broker, CONTACTS_TOPIC):
        if one.value is None:
            table.pop(one.key.decode(), None)
        else:
            table[one.key.decode()] = json.loads(one.value)
    return table


async def test_a_contact_stands_under_its_id_as_it_is_now(opened: Ledger, broker: RealBroker):
    ann = await opened.contact()
    bob = await opened.contact("Bob", tenant="2")
    details = Details(name="Ann Lee", email="ann@example.com", tags=("vip",))
    ann = await opened.append(ann.stream, ann, *ann.state.change_details(details))
    async with relaying(opened, broker, page_size=2):
        await caught_up(opened)
        status = ann.state.change_status(RelationshipStatus.QUALIFIED_LEAD)
        ann = await opened.append(ann.stream, ann, *status)
        await opened.log(contact=ann.id)
        await caught_up(opened)
    found = compacted(broker)
    assert set(found) == {str(ann.id), str(bob.id)}
    assert found[str(ann.id)] == {
        "tenant": "1",
        "id": str(ann.id),
        "number": ann.state.number,
        "name": "Ann Lee",
        "email": "ann@example.com",
        "tags": ["vip"],
        "ownerId": "5",
        "relationshipStatus": "qualified_lead",
        "lifecycleStage": "interest",
        "createdAt": ann.created.time.isoformat().replace("+00:00", "Z"),
        "updatedAt": ann.changed.time.isoformat().replace("+00:00", "Z"),
        "position": ann.position,
    }
    assert found[str(bob.id)]["tenant"] == "2"
    ContactState.model_validate(found[str(bob.id)])


async def test_a_removed_contact_is_a_tombstone_and_a_restored_one_is_back(
    opened: Ledger, broker: RealBroker
):
    ann, bob = await opened.contact(), await opened.contact("Bob")
    ann = await opened.append(ann.stream, ann, *ann.state.remove())
    bob = await opened.append(bob.stream, bob, *bob.state.remove())
    async with relaying(opened, broker):
        await caught_up(opened)
        assert compacted(broker) == {}
        ann = await opened.append(ann.stream, ann, *ann.state.restore())
        await caught_up(opened)
    assert compacted(broker)[str(ann.id)]["name"] == "Ann Lee"
    tombstone = next(
        one for one in consumed(broker, CONTACTS_TOPIC) if one.key == str(bob.id).encode()
    )
    assert (header(tombstone, "tenant"), header(tombstone, "position")) == ("1", str(bob.position))


async def test_a_topic_that_comes_later_is_caught_up_with_and_the_other_gets_nothing_twice(
    opened: Ledger, broker: RealBroker
):
    contacts = [await opened.contact(f"Contact {number}") for number in range(30)]
    async with relaying(opened, broker):
        await caught_up(opened)
    await opened.rows(
        "UPDATE checkpoints SET position = 0 WHERE name = %s RETURNING 1", CONTACTS_TOPIC
    )
    await opened.contact("The last one")
    async with relaying(opened, broker):
        await caught_up(opened)
    assert len(await messages_of(broker)) == 31
    assert len(consumed(broker, CONTACTS_TOPIC)) == 61
    assert {str(one.id) for one in contacts} < set(compacted(broker))


async def test_of_contacts_the_newest_state_is_kept_and_of_events_everything(
    opened: Ledger, broker: RealBroker
):
    if not kafka_chosen():
        pytest.skip("Tansu doesn't tell a topic's settings")
    async with relaying(opened, broker):
        await opened.contact()
        await caught_up(opened)
    assert settings_of(broker, CONTACTS_TOPIC)["cleanup.policy"] == "compact"
    events = settings_of(broker, TOPIC)
    assert (events["retention.ms"], "cleanup.policy" in events) == ("-1", False)


def settings_of(broker: RealBroker, topic: str) -> dict[str, str]:
    """Those that differ from the broker's own."""
    with broker.administrator() as admin:
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {name: setting["value"] for name, setting in found["topic"][topic].items()}
