"""What a stream consists of: clients in other languages rely on these bytes."""

from fastapi.sse import format_sse_event

from infrastructure.events.cloud_events import cloud_event
from infrastructure.events.judging import Told


def frame(told: Told, open_tags: frozenset[str], base_url: str) -> bytes:
    """An event, as it is shown to a reader who opened these restricted tags."""
    event = cloud_event(told.step, hidden=told.hidden_without(open_tags), base_url=base_url)
    recorded = told.step.recorded
    return format_sse_event(
        data_str=event.json().decode(), event=recorded.event.type, id=str(recorded.position)
    )


def note(position: int, comment: str | None = None, *, retry: int | None = None) -> bytes:
    """No event, but where to resume: events that aren't followed move it too. `retry` are the
    milliseconds after which a client that was cut is asked to come back."""
    return format_sse_event(comment=comment, id=str(position), retry=retry)
