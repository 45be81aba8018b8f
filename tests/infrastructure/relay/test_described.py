"""Messages read from a real broker fit their descriptions, whatever has happened."""

import json

import jsonschema_rs
import pytest

from infrastructure.publishing.json_schema import published
from tests.brokers.broker import RealBroker
from tests.brokers.messages import consumed, header
from tests.infrastructure.projecting.history import mixed_history
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.relay.support import caught_up, messages_of, relaying

pytestmark = pytest.mark.anyio


def check(name: str, value: bytes) -> None:
    text = json.loads(published()[name])
    jsonschema_rs.Draft202012Validator(text, validate_formats=True).validate(json.loads(value))


async def test_each_message_fits_the_schema_it_names(opened: Ledger, broker: RealBroker):
    await mixed_history(opened)
    async with relaying(opened, broker):
        await caught_up(opened)
    messages = await messages_of(broker)
    assert len({header(one, "ce_type") for one in messages}) > 5
    for one in messages:
        name = f"{header(one, 'ce_type')}.json"
        assert header(one, "ce_dataschema") == f"{broker.settings().base_url}/schemas/{name}"
        check(name, one.value)
    states = [one.value for one in consumed(broker, "kith.contacts.v1") if one.value is not None]
    assert states
    for state in states:
        check("kith.contacts.v1.json", state)
