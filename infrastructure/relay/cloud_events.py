"""A CloudEvent as a Kafka message, in binary mode: attributes are headers, the data is the value.

Names of headers and the form of values are an API: consumers in other languages rely on them.
"""

from functools import cache
from typing import NamedTuple

from infrastructure.publishing.cloud_events import cloud_event, contact_key
from projections.read_model import Step


class Message(NamedTuple):
    """A message without a value is a tombstone, which deletes its key from a compacted topic."""

    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


def message(step: Step, *, hidden: bool, base_url: str, withheld: bool = False) -> Message:
    """The message of an event; see `cloud_event`."""
    event = cloud_event(step.recorded, hidden=hidden, base_url=base_url, withheld=withheld)
    headers = [(_header(name), value.encode()) for name, value in event.attributes.items()]
    return Message(contact_key(step).encode(), event.data, headers)


@cache
def _header(attribute: str) -> str:
    """The name of an attribute's header, by the Kafka binding of CloudEvents."""
    return "content-type" if attribute == "datacontenttype" else f"ce_{attribute}"
