"""The fields of an interaction that a site sees, whatever its contract (the sites document).

They are made of the document, redacted or not, so that nothing hidden there is told here. Fields
that a site requires and a record lacks are derived from those that are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, get_args

from pydantic import ConfigDict

from application.context import user_number
from domain.kinds import Kind
from projections.timeline.document import kind_of

InteractionType = Literal["Meeting", "Call", "Email", "Update", "Review", "Training"]
"""The predefined types."""

TYPES: tuple[InteractionType, ...] = get_args(InteractionType)

NEAREST: dict[Kind, InteractionType] = {
    Kind.MEETING: "Meeting",
    Kind.CALL: "Call",
    Kind.EMAIL: "Email",
    Kind.MESSAGE: "Email",
    Kind.COFFEE: "Meeting",
    Kind.LUNCH: "Meeting",
    Kind.CONFERENCE: "Meeting",
    Kind.PROPOSAL: "Update",
    Kind.QUOTE: "Update",
    Kind.CONTRACT: "Update",
    Kind.SERVICE: "Meeting",
    Kind.FOLLOW_UP: "Call",
    Kind.NOTE: "Update",
    Kind.UPDATE: "Update",
    Kind.REVIEW: "Review",
    Kind.TRAINING: "Training",
    Kind.CONSULTATION: "Meeting",
}
"""Every kind as one of the types."""

KINDS: dict[str, Kind] = {word: Kind(word.lower()) for word in TYPES}
"""Every type as a kind."""

LONGEST_DERIVED_TITLE = 80


@dataclass
class InteractionFields:
    """An interaction. What other contracts recorded is shown with a title, a lead and a time zone
    derived from it."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "allow"}

    # The documented names in the documented order. Instants are texts, as in the document.
    id: int
    site_id: int
    title: str
    type: InteractionType
    lead: str
    start_datetime: str
    timezone: str
    end_datetime: str | None
    location: str | None
    description: str | None
    notes: str | None
    created_by: int
    created_at: str
    updated_by: int | None
    updated_at: str | None


def fields_of(document: Mapping[str, Any], site_id: int = 0) -> InteractionFields:
    """The fields of a document. `site_id` is only for those who show the site."""
    creator, updater = document["createdBy"], document.get("updatedBy")
    return InteractionFields(
        id=document["number"],
        site_id=site_id,
        title=_title(document),
        type=_type(document),
        lead=_filled(document.get("lead")) or creator["name"],
        start_datetime=document["date"],
        timezone=document.get("timezone") or "UTC",
        end_datetime=_end(document),
        location=document["location"],
        description=document.get("description"),
        notes=document["notes"],
        created_by=_number(creator),
        created_at=document["createdAt"],
        updated_by=_number(updater) if updater else None,
        updated_at=document["updatedAt"] if updater else None,
    )


def _title(document: Mapping[str, Any]) -> str:
    return title_of(document.get("subject"), document.get("description"), kind_of(document))


def title_of(subject: str | None, description: str | None, kind: Kind) -> str:
    """The subject, else the beginning of the description, else the kind."""
    beginning = _filled((description or "").strip()[:LONGEST_DERIVED_TITLE])
    return _filled(subject) or beginning or kind


def _type(document: Mapping[str, Any]) -> InteractionType:
    word = document.get("word")
    return word if word in TYPES else NEAREST[kind_of(document)]


def _filled(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


def _end(document: Mapping[str, Any]) -> str | None:
    if end := document.get("endDate"):
        return str(end)
    minutes = document["duration"]
    if minutes is None:
        return None
    seconds = document.get("durationSeconds", minutes * 60)
    try:
        end = datetime.fromisoformat(document["date"]) + timedelta(seconds=seconds)
    except OverflowError:  # after the year 9999
        return None
    return end.isoformat().replace("+00:00", "Z")


def _number(actor: Mapping[str, Any]) -> int:
    return user_number(actor["id"], actor.get("number"))
