"""The sizes of jobs, by which they are put into batches, and by which one is refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from application.ports import Change, Job
from domain.interaction import Interaction
from domain.redacted_events import redacted_event
from domain.redaction import leaves_hidden, redacted
from infrastructure.log.codec import encode_data

EVENT = 3_000
"""Bytes that stand for an event beside its data: a statement's share, its envelope, its rows."""

SizeOfRows = Callable[[Change, int], int]
"""The bytes of the rows that are written with a change, of whose events the data has so many."""


def size_of(change: Change, encoded: Sequence[str], size_of_rows: SizeOfRows) -> int:
    """The bytes of a change's events, which are encoded, and of their rows."""
    written = sum(len(text.encode()) for text in encoded)
    return EVENT * len(encoded) + written + size_of_rows(change, written)


def judged_size(job: Job, size_of_rows: SizeOfRows) -> int:
    """The size by which a job may be refused: without the hidden content that it leaves as it is.
    Otherwise a caller would find the length of what they can't see by what is refused. That content
    was within the bound when it was written."""
    changes = map(_without_hidden, job.changes)
    return sum(size_of(each, list(map(encode_data, each.events)), size_of_rows) for each in changes)


def _without_hidden(change: Change) -> Change:
    """The change of a restricted interaction as those see it who can't open its tags, if it leaves
    what is hidden from them; any other as it is."""
    before, after = change.before, change.states[-1]
    if before is None or not isinstance(after, Interaction):
        return change
    if not leaves_hidden(before.state.record, after.record):
        return change
    seen = replace(after, record=redacted(after.record))
    return Change(change.stream, before, list(map(redacted_event, change.events)), [seen])
