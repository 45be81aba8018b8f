"""A recorded event as a Kafka message: CloudEvents 1.0 in binary mode.

Names of headers and the form of values are an API: consumers in other languages rely on them.
"""

from datetime import UTC
from typing import Any, NamedTuple

from pydantic_core import to_json

from domain.contact import Contact
from domain.redacted_events import redacted_event
from projections.model import Step

CONTENT_TYPE = "application/json"


class Message(NamedTuple):
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def message(step: Step, *, hidden: bool = False) -> Message:
    """The message of an event; `hidden` gives it the redacted form, marked by `redacted: true`."""
    recorded = step.recorded
    event = recorded.event
    if hidden:
        before = None if step.before is None else step.before.state
        event = redacted_event(event, before, step.after.state)
    data: dict[str, Any] = event.model_dump(mode="json", exclude_none=True)
    if "changes" in data:
        # Old and new are values: null is one of them.
        data["changes"] = event.model_dump(mode="json", include={"changes"})["changes"]
    if hidden:
        data["redacted"] = True
    return Message(_key(step), to_json(data), _headers(step))


def _key(step: Step) -> bytes:
    """The contact's id; without a contact, the stream's own."""
    stream = step.recorded.stream
    contact = None
    if stream.kind != Contact.kind:
        contact = getattr(step.after.state, "contact_id", None)
    return str(contact or stream.id).encode()


def _headers(step: Step) -> list[tuple[str, bytes]]:
    stream, version, position, event, envelope = step.recorded
    time = envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(envelope.id),
        "ce_source": f"/kith/{stream.tenant}",
        "ce_type": event.type,
        "ce_subject": f"{stream.kind}/{stream.id}",
        "ce_time": time,
        "ce_position": str(position),
        "ce_sequence": str(version),
        "ce_tenant": stream.tenant,
    }
    if envelope.correlation:
        headers["ce_correlationid"] = envelope.correlation
    if envelope.causation is not None:
        headers["ce_causationid"] = str(envelope.causation)
    headers["content-type"] = CONTENT_TYPE
    return [(name, value.encode()) for name, value in headers.items()]
