"""The AsyncAPI 3.0 document, made from the event classes and their channels.

The document is public, so it names no broker's address.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import to_json

from api.asyncapi.messages import (
    KAFKA_VERSION,
    Json,
    cloud_event_schema,
    headers_schema,
    messages,
    ref,
    refs,
)
from infrastructure.publishing.cloud_events import DATA_CONTENT_TYPE
from infrastructure.publishing.json_schema import components
from infrastructure.relay.broker import CONTACTS_TOPIC, LARGEST_MESSAGE, TOPIC
from infrastructure.relay.contact_states import ContactState

CONTENT_TYPE = "application/vnd.aai.asyncapi+json;version=3.0.0"

DESCRIPTION = """\
Every event of kith's log, in order, at least once: in Kafka, as server-sent events and by webhooks.
A repeat has the id of the first: drop what you have seen. What a type of event promises doesn't \
change: fields may be added that may be missing, anything else is a new version of the type. \
`docs/events.md` says what is guaranteed, and shows each event.\
"""

HTTP_VERSION = "0.3.0"
"""Of AsyncAPI's bindings to HTTP."""


@lru_cache(maxsize=4)
def document(base_url: str) -> bytes:
    """As JSON. `base_url` is the public address of this kith."""
    return to_json(_document(base_url), indent=2) + b"\n"


def _document(base_url: str) -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "kith: events", "version": "1", "description": DESCRIPTION},
        "defaultContentType": DATA_CONTENT_TYPE,
        "servers": _servers(base_url),
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "schemas": {
                "CloudEvent": cloud_event_schema(),
                "CloudEventHeaders": headers_schema(),
                **components("#/components/schemas/{model}", ContactState),
            },
            "messages": messages(),
            "securitySchemes": _security_schemes(),
        },
    }


def _servers(base_url: str) -> Json:
    address = urlsplit(base_url)
    broker = {"default": "localhost:9092", "description": "A broker of your cluster."}
    endpoint = {"default": "example.com", "description": "The host of your endpoint."}
    http: Json = {
        "host": address.netloc,
        "protocol": address.scheme,
        "description": "kith itself.",
        "security": [_security("token")],
    }
    if address.path:
        http["pathname"] = address.path
    return {
        "kith": http,
        "kafka": {
            "host": "{broker}",
            "protocol": "kafka",
            "description": "A Kafka without transport security.",
            "variables": {"broker": broker},
        },
        "kafkaSecure": {
            "host": "{broker}",
            "protocol": "kafka-secure",
            "description": "A Kafka behind TLS.",
            "variables": {"broker": broker},
            "security": [_security(name) for name in ("plain", "scramSha256", "scramSha512")],
        },
        "endpoint": {
            "host": "{host}",
            "protocol": "https",
            "description": "An endpoint of yours, to which a webhook leads.",
            "variables": {"host": endpoint},
        },
    }


def _channels() -> Json:
    kafka = [ref("servers", "kafka"), ref("servers", "kafkaSecure")]
    return {
        "events": {
            "address": TOPIC,
            "title": "Every event",
            "description": "In order per key. What restricted tags hide is left out.",
            "servers": kafka,
            "messages": refs("Kafka"),
            "bindings": {"kafka": _topic(TOPIC)},
        },
        "contacts": {
            "address": CONTACTS_TOPIC,
            "title": "Every contact as it is",
            "description": "Compacted: the newest under each key stays.",
            "servers": kafka,
            "messages": {
                ContactState.__name__: ref("components", "messages", ContactState.__name__)
            },
            "bindings": {"kafka": _topic(CONTACTS_TOPIC, ["compact"])},
        },
        "stream": {
            "address": "/api/events/stream",
            "title": "One tenant's events as they happen",
            "description": "Server-sent events: `id` is the position, `event` the type, `data` "
            "the event. Last-Event-ID, or `after`, resumes after a position.",
            "servers": [ref("servers", "kith")],
            "messages": refs("Stream"),
        },
        "webhooks": {
            "address": None,
            "title": "One tenant's events, sent to an endpoint",
            "description": "Each event is a POST to the address of the webhook, signed as "
            "Standard Webhooks says. What restricted tags hide is left out.",
            "servers": [ref("servers", "endpoint")],
            "messages": refs("Webhook")
            | {"WebhookTest": ref("components", "messages", "WebhookTest")},
        },
    }


def _topic(name: str, cleanup: list[str] | None = None) -> Json:
    configuration: dict[str, Any] = {"max.message.bytes": LARGEST_MESSAGE}
    if cleanup:
        configuration["cleanup.policy"] = cleanup
    return {
        "topic": name,
        "topicConfiguration": configuration,
        "bindingVersion": KAFKA_VERSION,
    }


def _operations() -> Json:
    def sends(channel: str, summary: str, method: str | None = None) -> Json:
        operation: Json = {
            "action": "send",
            "channel": ref("channels", channel),
            "summary": summary,
        }
        if method:
            http = {"method": method, "bindingVersion": HTTP_VERSION}
            operation["bindings"] = {"http": http}
        return operation

    return {
        "relayEvents": sends("events", "Every event, once it is in the log"),
        "relayContacts": sends("contacts", "A contact's state, whenever it changes"),
        "streamEvents": sends("stream", "Every event of the caller's tenant", "GET"),
        "deliverEvents": sends("webhooks", "Every event that a webhook asks for", "POST"),
    }


def _security(name: str) -> Json:
    return ref("components", "securitySchemes", name)


def _security_schemes() -> Json:
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "With the permission view_contacts.",
        },
        "plain": {"type": "plain", "description": "SASL/PLAIN."},
        "scramSha256": {"type": "scramSha256", "description": "SASL/SCRAM-SHA-256."},
        "scramSha512": {"type": "scramSha512", "description": "SASL/SCRAM-SHA-512."},
    }
