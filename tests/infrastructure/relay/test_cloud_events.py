"""The bytes of Kafka messages: what consumers in other languages rely on."""

import json
from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from infrastructure.publishing.event_types import TYPES
from infrastructure.publishing.json_schema import published
from infrastructure.relay.cloud_events import Message, message
from tests.infrastructure.log.golden_events import FULL
from tests.infrastructure.log.golden_values import CONTACT, TACTIC
from tests.infrastructure.publishing.golden_steps import BASE_URL, step
from tests.infrastructure.relay.golden_messages import GOLDEN, messages, read, written

FILES = sorted(GOLDEN.glob("*.kafka"))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)

CLOUD_EVENTS = {"specversion", "id", "source", "type", "subject", "time", "dataschema"}


@pytest.mark.parametrize("name", messages())
def test_the_bytes_of_a_message_stay_as_they_are(name: str):
    refresh = "write it with: python -m tests.infrastructure.relay.golden_messages"
    assert (GOLDEN / name).exists(), refresh
    assert written(messages()[name]) == (GOLDEN / name).read_bytes()


def test_every_type_has_golden_bytes():
    assert {f"{name}.kafka" for name in TYPES} <= {file.name for file in FILES}


@each_file
def test_every_message_ever_sent_fits_the_schema_that_it_names(file):
    sent = read(file)
    schema = dict(sent.headers)["ce_dataschema"].decode().rpartition("/")[2]
    text = json.loads(published()[schema])
    assert sent.value is not None
    jsonschema_rs.Draft202012Validator(text, validate_formats=True).validate(json.loads(sent.value))


@each_file
def test_the_cloudevents_package_reads_it(file):
    key, value, headers = read(file)
    assert value is not None
    named = {name: text.decode() for name, text in headers}
    event = from_binary(KafkaMessage(dict(headers), key, value), JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_id() == named["ce_id"]
    assert event.get_source() == "/kith/7"
    assert event.get_type() == named["ce_type"]
    assert event.get_subject() == named["ce_subject"]
    assert event.get_time() == datetime.fromisoformat(named["ce_time"])
    assert event.get_datacontenttype() == "application/json"
    assert event.get_dataschema() == f"{BASE_URL}/schemas/{named['ce_type']}.json"
    ours = {name.removeprefix("ce_") for name in named} - CLOUD_EVENTS - {"content-type"}
    assert {"position", "sequence", "tenant"} <= ours
    assert {name: event.get_extension(name) for name in ours} == {
        name: named[f"ce_{name}"] for name in ours
    }
    data: Any = event.get_data()
    assert data == json.loads(value)


def test_events_of_one_contact_have_one_key():
    keys = {event.type: _message(event).key.decode() for event in FULL}
    with_a_contact = {name for name in keys if name.split(".")[1] not in NOT_WITH_A_CONTACT}
    assert {keys[name] for name in with_a_contact} == {str(CONTACT)}
    assert keys["kith.tactic.added.v1"] == str(TACTIC)


NOT_WITH_A_CONTACT = ("service", "tactic", "webhook", "account")


def _message(event) -> Message:
    return message(step(event), hidden=False, base_url=BASE_URL)
