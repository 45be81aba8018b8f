"""A CloudEvent as a Kafka message, in binary mode: attributes are headers, the data is the value.

Names of headers and the form of values are an API: consumers in other languages rely on them.
"""

from typing import NamedTuple

from infrastructure.events.cloud_events import cloud_event, contact_key
from projections.model import Step


class Message(NamedTuple):
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def message(step: Step, *, hidden: bool, base_url: str) -> Message:
    """The message of an event; see `cloud_event`."""
    event = cloud_event(step, hidden=hidden, base_url=base_url)
    headers = [(_header(name), value.encode()) for name, value in event.attributes.items()]
    return Message(contact_key(step).encode(), event.data, headers)


def _header(attribute: str) -> str:
    """By the Kafka binding, the type of the content goes by its usual name."""
    return "content-type" if attribute == "datacontenttype" else f"ce_{attribute}"
