"""The facts of an interaction that this contract knows, read from the ledger's document.

A change is compared with them as well, so that sending back what was read changes nothing, however
the ledger keeps it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from api.contracts.clients.words import PLACES, word_for
from projections.timeline.document import kind_of

Document = Mapping[str, Any]


class Facts(NamedTuple):
    """The documented fields under their documented names; `duration` is in seconds."""

    serviceId: int | None
    interactionType: str
    description: str | None
    dateOfInteraction: date
    duration: int | None
    location: str | None
    isDeleted: bool
    redacted: bool
    customQuestions: list[dict[str, object]]


def of_document(document: Document) -> Facts:
    """The facts of an interaction's document, of any contract."""
    kind = kind_of(document)
    seconds = document.get("durationSeconds")
    if seconds is None and document["duration"] is not None:
        seconds = document["duration"] * 60
    answers = document.get("customQuestions") or ()
    return Facts(
        document.get("serviceId"),
        word_for(kind, document.get("word") or kind),
        _text(document.get("description"), document.get("subject"), document["notes"]),
        _day(
            datetime.fromisoformat(document["date"]),
            document.get("timezone"),
            whole_day="wholeDay" in document,
        ),
        seconds,
        PLACES.get(document["location"] or ""),
        False,
        document.get("redacted", False),
        [answer for answer in answers if answer["answer"] is not None],
    )


def _text(*texts: str | None) -> str | None:
    """The first text that was given; None if there is none."""
    return next((text for text in texts if text is not None), None)


def _day(at: datetime, zone: str | None, *, whole_day: bool) -> date:
    """The local day of an instant, in UTC if the zone isn't known."""
    if zone is None or whole_day:
        return at.astimezone(UTC).date()
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OSError, KeyError, OverflowError):
        return at.astimezone(UTC).date()
