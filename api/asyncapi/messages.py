"""The messages of the AsyncAPI document: each type of event in Kafka, in the stream and in
webhooks."""

from typing import Any

from domain.event import Event
from infrastructure.publishing.cloud_events import DATA_CONTENT_TYPE, STRUCTURED
from infrastructure.publishing.event_types import TYPES
from infrastructure.publishing.json_schema import description
from infrastructure.relay.contact_states import ContactState
from infrastructure.webhooks.trying import TYPE as TEST

Json = dict[str, Any]

KAFKA_VERSION = "0.5.0"
"""Of AsyncAPI's bindings to Kafka."""

ATTRIBUTES: dict[str, Json] = {
    "specversion": {"const": "1.0"},
    "id": {
        "format": "uuid",
        "description": "The event's id. A repeat has the same one.",
    },
    "source": {"format": "uri-reference", "description": "`/kith/` and the tenant."},
    "type": {"description": "What happened."},
    "subject": {"description": "What it happened to: a kind and an id, with a slash between."},
    "time": {"format": "date-time", "description": "When it was recorded, in UTC."},
    "datacontenttype": {"const": DATA_CONTENT_TYPE},
    "dataschema": {"format": "uri", "description": "Where the JSON Schema of the data is."},
    "position": {
        "pattern": "^[1-9][0-9]*$",
        "description": "Its place in the whole log: a whole number of up to 63 bits, as a text.",
    },
    "sequence": {
        "pattern": "^[1-9][0-9]*$",
        "description": "Its place among the events of its subject: 1, 2, 3 and so on, as a text.",
    },
    "tenant": {"description": "Whose it is."},
    "correlationid": {"description": "The request it came from."},
    "causationid": {"format": "uuid", "description": "The event that led to it."},
}
"""CloudEvents' attributes, by name."""

OPTIONAL = ("correlationid", "causationid")

KEY: Json = {
    "type": "string",
    "format": "uuid",
    "description": "The contact's id; of an event without a contact, the id in its subject.",
}

SIGNED: Json = {
    "type": "object",
    "description": "As Standard Webhooks has them.",
    "properties": {
        "webhook-id": {"type": "string", "description": "The message's id, the same at each try."},
        "webhook-timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "When it was sent, in seconds since 1970.",
        },
        "webhook-signature": {
            "type": "string",
            "description": "A signature by each secret that is valid, with spaces between.",
        },
    },
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
}


def ref(*path: str) -> Json:
    """A reference within the document."""
    return {"$ref": "#/" + "/".join(path)}


def schema_ref(name: str) -> Json:
    return ref("components", "schemas", name)


def cloud_event_schema() -> Json:
    """An event of any type in structured mode."""
    return {
        "type": "object",
        "description": "A CloudEvent 1.0 in structured mode.",
        "properties": {name: {"type": "string"} | each for name, each in ATTRIBUTES.items()},
        "required": [*(name for name in ATTRIBUTES if name not in OPTIONAL), "data"],
    }


def headers_schema() -> Json:
    """The headers of an event of any type in Kafka."""
    names = {name: f"ce_{name}" for name in ATTRIBUTES} | {"datacontenttype": "content-type"}
    return {
        "type": "object",
        "description": "A CloudEvent 1.0 in binary mode: its attributes. Each is UTF-8.",
        "properties": {names[name]: {"type": "string"} | each for name, each in ATTRIBUTES.items()},
        "required": [names[name] for name in ATTRIBUTES if name not in OPTIONAL],
    }


def in_kafka(event: type[Event]) -> Json:
    headers: Json = {
        "type": "object",
        "allOf": [
            schema_ref("CloudEventHeaders"),
            {"properties": {"ce_type": {"const": event.type}}},
        ],
    }
    return _message(event) | {
        "contentType": DATA_CONTENT_TYPE,
        "headers": headers,
        "payload": schema_ref(event.__name__),
        "bindings": {"kafka": {"key": KEY, "bindingVersion": KAFKA_VERSION}},
    }


def in_stream(event: type[Event]) -> Json:
    payload = {
        "allOf": [
            schema_ref("CloudEvent"),
            {
                "type": "object",
                "properties": {
                    "type": {"const": event.type},
                    "data": schema_ref(event.__name__),
                },
            },
        ]
    }
    return _message(event) | {"contentType": STRUCTURED, "payload": payload}


def in_webhook(event: type[Event]) -> Json:
    return in_stream(event) | {"headers": SIGNED}


def contact_state() -> Json:
    key = {"type": "string", "format": "uuid", "description": "The contact's id."}
    headers: Json = {
        "type": "object",
        "properties": {
            "tenant": {"type": "string", "description": "Whose contact it is."},
            "position": ATTRIBUTES["position"] | {"type": "string"},
        },
        "required": ["tenant", "position"],
    }
    return {
        "name": "kith.contacts.v1",
        "title": "A contact as it is",
        "summary": "The newest under a key is the contact's state. Without a value, a tombstone: "
        "the contact was removed.",
        "contentType": DATA_CONTENT_TYPE,
        "headers": headers,
        "payload": {"oneOf": [schema_ref(ContactState.__name__), {"type": "null"}]},
        "bindings": {"kafka": {"key": key, "bindingVersion": KAFKA_VERSION}},
    }


def webhook_test() -> Json:
    here = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "tenant")
    properties = {name: {"type": "string"} | ATTRIBUTES[name] for name in here}
    payload: Json = {
        "type": "object",
        "description": "A CloudEvent 1.0 in structured mode that stands in no log.",
        "properties": properties | {"type": {"const": TEST}, "data": {"type": "object"}},
        "required": [*here, "data"],
    }
    return {
        "name": TEST,
        "title": TEST,
        "summary": "Somebody asked for a test delivery. Nothing has happened.",
        "contentType": STRUCTURED,
        "headers": SIGNED,
        "payload": payload,
    }


def messages() -> dict[str, Any]:
    """All messages, by the name of the event's class and of its channel."""
    found = {ContactState.__name__: contact_state(), "WebhookTest": webhook_test()}
    for carrier, form in FORMS.items():
        found |= {f"{name}{carrier}": form(event) for name, event in _named().items()}
    return found


FORMS = {"Kafka": in_kafka, "Stream": in_stream, "Webhook": in_webhook}


def refs(carrier: str) -> dict[str, Json]:
    """References to the messages of all events in one channel."""
    return {name: ref("components", "messages", f"{name}{carrier}") for name in _named()}


def _named() -> dict[str, type[Event]]:
    return {event.__name__: event for event in TYPES.values()}


def _message(event: type[Event]) -> Json:
    return {"name": event.type, "title": event.type, "summary": description(event)}
