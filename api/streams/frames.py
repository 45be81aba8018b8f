"""What a stream consists of: clients in other languages rely on these bytes."""

from fastapi.sse import format_sse_event

from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import RestrictedStep

LINE_ENDS = "\x85\u2028\u2029"
"""Besides those that JSON always escapes."""


def frame(step: RestrictedStep, open_tags: frozenset[str], base_url: str) -> bytes:
    """An event, as it is shown to a reader who opened these restricted tags."""
    event = cloud_event(step.step, hidden=step.hidden_without(open_tags), base_url=base_url)
    recorded = step.step.recorded
    return format_sse_event(
        data_str=_line(event.json().decode()), event=recorded.event.type, id=str(recorded.position)
    )


def _line(text: str) -> str:
    """The same JSON as one line for those, too, who end lines where Unicode does, and not only
    where the specification of the stream does."""
    if not text.isascii():
        for end in LINE_ENDS:
            text = text.replace(end, f"\\u{ord(end):04x}")
    return text


def note(position: int, comment: str | None = None, *, retry: int | None = None) -> bytes:
    """No event, but where to resume: events that aren't followed move it too. `retry` are the
    milliseconds after which a client that was cut is asked to come back."""
    return format_sse_event(comment=comment, id=str(position), retry=retry)
