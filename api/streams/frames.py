"""The frames of a stream; clients in other languages rely on their bytes."""

from fastapi.sse import format_sse_event

from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import RestrictedEvent

LINE_ENDS = "\x85\u2028\u2029"
"""Line ends of Unicode that JSON doesn't escape."""


def frame(
    one: RestrictedEvent, open_tags: frozenset[str], base_url: str, *, audits: bool = False
) -> bytes:
    """The frame of an event for a client that opened these restricted tags, and sees what was
    deleted if it `audits`."""
    recorded = one.recorded
    event = cloud_event(
        recorded,
        hidden=one.hidden_without(open_tags),
        base_url=base_url,
        withheld=one.deleted and not audits,
    )
    return format_sse_event(
        data_str=_line(event.json().decode()), event=recorded.event.type, id=str(recorded.position)
    )


def _line(text: str) -> str:
    """The same JSON as one line, also for clients that split lines by Unicode's rules instead of
    the specification's."""
    if not text.isascii():
        for end in LINE_ENDS:
            text = text.replace(end, f"\\u{ord(end):04x}")
    return text


def note(position: int, comment: str | None = None, *, retry: int | None = None) -> bytes:
    """A frame without an event: the position to resume after, which events of other types advance
    too. `retry` are the milliseconds after which a disconnected client reconnects."""
    return format_sse_event(comment=comment, id=str(position), retry=retry)
