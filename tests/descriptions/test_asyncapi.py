"""The AsyncAPI document is valid, is the one that was reviewed, and fits what is really sent."""

import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest

from api.asyncapi.document import document
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_types import TYPES
from infrastructure.relay.broker import TOPICS
from infrastructure.webhooks.trying import test_delivery as webhook_test
from projections.read_model import Step
from tests.descriptions.asyncapi import COMMITTED, SPECIFICATION, generated
from tests.infrastructure.log.golden_values import ADDRESS, ENVELOPE
from tests.infrastructure.publishing.golden_steps import BASE_URL, golden_steps
from tests.infrastructure.relay.golden_messages import GOLDEN, read

REFRESH = "if the change is meant: .venv/bin/python -m tests.descriptions"
DOCUMENT: dict[str, Any] = json.loads(generated())
COMPONENTS = DOCUMENT["components"]
STEPS = [pytest.param(one, hidden, id=name) for name, one, hidden in golden_steps()]


def fits(schema: Mapping[str, Any], value: Any) -> None:
    """Raises jsonschema_rs.ValidationError. Schemas of AsyncAPI are those of draft 7, and more."""
    whole = {**schema, "components": COMPONENTS}
    jsonschema_rs.Draft7Validator(whole, validate_formats=True).validate(value)


def message(event_type: str, carrier: str) -> Any:
    return COMPONENTS["messages"][f"{TYPES[event_type].__name__}{carrier}"]


def test_the_committed_document_is_the_one_of_the_classes():
    assert COMMITTED.exists(), REFRESH
    assert COMMITTED.read_text() == generated(), REFRESH


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="'make asyncapi' fetches AsyncAPI's schema")
def test_the_document_is_valid_asyncapi():
    rules = jsonschema_rs.Draft7Validator(json.loads(SPECIFICATION.read_text()))
    assert [str(error) for error in rules.iter_errors(DOCUMENT)] == []
    assert not rules.is_valid(DOCUMENT | {"channels": {"events": {"adress": "kith.events.v1"}}})


def test_every_reference_leads_somewhere_and_every_component_is_used():
    used = set(re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(DOCUMENT)))
    for reference in used:
        assert reference.startswith("#/")
        place: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
    for kind, some in COMPONENTS.items():
        assert {f"#/components/{kind}/{name}" for name in some} <= used


def test_every_type_of_event_is_in_every_channel_but_the_compacted_one():
    names = {event.__name__ for event in TYPES.values()}
    others = {"webhooks": {"WebhookTest"}}
    for name in ("events", "stream", "webhooks"):
        assert set(DOCUMENT["channels"][name]["messages"]) == names | others.get(name, set())
    assert set(DOCUMENT["channels"]["contacts"]["messages"]) == {"ContactState"}
    assert {DOCUMENT["channels"][name]["address"] for name in ("events", "contacts")} == set(TOPICS)


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.kafka")), ids=lambda file: file.name)
def test_kafka_messages_are_as_documented(file):
    key, value, pairs = read(file)
    headers = {name: text.decode() for name, text in pairs}
    documented = message(headers["ce_type"], "Kafka")
    fits(documented["headers"], headers)
    fits(documented["bindings"]["kafka"]["key"], key.decode())
    assert value is not None
    fits(documented["payload"], json.loads(value))
    assert set(headers) <= set(COMPONENTS["schemas"]["CloudEventHeaders"]["properties"])


@pytest.mark.parametrize(("one", "hidden"), STEPS)
def test_streamed_and_delivered_events_are_as_documented(one: Step, hidden: bool):
    event = json.loads(cloud_event(one.recorded, hidden=hidden, base_url=BASE_URL).json())
    for carrier in ("Stream", "Webhook"):
        fits(message(event["type"], carrier)["payload"], event)
    assert set(event) - {"data"} <= set(COMPONENTS["schemas"]["CloudEvent"]["properties"])


def test_a_test_of_a_webhook_is_as_documented():
    sent = json.loads(webhook_test(ENVELOPE.id, "7", ADDRESS, ENVELOPE.time).json())
    fits(COMPONENTS["messages"]["WebhookTest"]["payload"], sent)


def test_another_type_of_event_does_not_fit():
    (one, *_) = (step for name, step, _ in golden_steps() if name == "kith.contact.removed.v1")
    event = json.loads(cloud_event(one.recorded, hidden=False, base_url=BASE_URL).json())
    with pytest.raises(jsonschema_rs.ValidationError):
        fits(message("kith.contact.restored.v1", "Stream")["payload"], event)
    del event["position"]
    with pytest.raises(jsonschema_rs.ValidationError):
        fits(message("kith.contact.removed.v1", "Stream")["payload"], event)


def test_the_document_says_where_this_kith_is_and_nothing_of_its_brokers():
    told = json.loads(document("https://kith.example.com/crm"))["servers"]
    assert told["kith"]["protocol"] == "https"
    assert told["kith"]["host"] == "kith.example.com"
    assert told["kith"]["pathname"] == "/crm"
    assert told["kafka"]["host"] == "{broker}"
