"""A recorded event as a CloudEvent 1.0, whatever carries it.

Kafka sends it in binary mode; the event feed, the stream and webhooks in structured mode. Names of
attributes and the form of the data are an API, on which consumers in other languages rely.
"""

from datetime import UTC
from typing import Any, NamedTuple

from pydantic_core import to_json

from application.entity import Recorded
from domain.contact import Contact
from domain.event import Changes, Event
from domain.redacted_events import redacted_event, withheld_event
from projections.read_model import Step

DATA_CONTENT_TYPE = "application/json"
STRUCTURED = "application/cloudevents+json"
"""The content type of one event in structured mode."""
BATCH = "application/cloudevents-batch+json"
"""The content type of a JSON array of them."""


class CloudEvent(NamedTuple):
    """`attributes` by their CloudEvents names, in the order of the specification, extensions last.
    `data` is JSON."""

    attributes: dict[str, str]
    data: bytes

    def json(self) -> bytes:
        """Structured mode: one JSON object."""
        return to_json(self.attributes)[:-1] + b',"data":' + self.data + b"}"


def cloud_event(
    recorded: Recorded, *, hidden: bool, base_url: str, withheld: bool = False
) -> CloudEvent:
    """The CloudEvent of an event; if `hidden`, in its redacted form, and if `withheld`, without
    content, both marked by `redacted: true`. `base_url` is the address of this kith, under which
    schemas are served."""
    return CloudEvent(_attributes(recorded, base_url), _data(recorded.event, hidden, withheld))


def contact_key(step: Step) -> str:
    """The key under which events keep their order: the contact's id; without a contact, the id of
    the stream."""
    stream = step.recorded.stream
    contact = None
    if stream.kind != Contact.kind:
        contact = getattr(step.after.state, "contact_id", None)
    return str(contact or stream.id)


def data_of(event: Event) -> dict[str, Any]:
    """An event's own fields in their published form, where only old and new values may be null."""
    data: dict[str, Any] = event.model_dump(mode="json", exclude_none=True)
    if isinstance(event, Changes):
        # Old and new are values: null is one of them.
        data["changes"] = event.model_dump(mode="json", include={"changes"})["changes"]
    return data


def schema_url(base_url: str, event_type: str) -> str:
    """The URL of the JSON Schema of a type of event."""
    return f"{base_url}/schemas/{event_type}.json"


def _data(event: Event, hidden: bool, withheld: bool) -> bytes:
    if withheld:
        return _marked(withheld_event(event))
    if not hidden:
        if not isinstance(event, Changes):
            return event.model_dump_json(exclude_none=True).encode()  # the same, in half the time
        return to_json(data_of(event))
    return _marked(redacted_event(event))


def _marked(event: Event) -> bytes:
    return to_json(data_of(event) | {"redacted": True})


def _attributes(recorded: Recorded, base_url: str) -> dict[str, str]:
    """Position and sequence are texts: an Integer of CloudEvents has 32 bits, and a log outgrows
    them."""
    stream, version, position, event, envelope = recorded
    attributes = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": f"/kith/{stream.tenant}",
        "type": event.type,
        "subject": f"{stream.kind}/{stream.id}",
        "time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": DATA_CONTENT_TYPE,
        "dataschema": schema_url(base_url, event.type),
        "position": str(position),
        "sequence": str(version),
        "tenant": stream.tenant,
    }
    if envelope.correlation:
        attributes["correlationid"] = envelope.correlation
    if envelope.causation is not None:
        attributes["causationid"] = str(envelope.causation)
    return attributes
