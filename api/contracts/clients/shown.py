"""The documented form of an interaction, made of the ledger's own document of it."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic_core import from_json, to_json

from api.contracts.clients import facts
from api.contracts.clients.types import clock
from api.contracts.clients.words import InteractionType, Location
from api.http.models import Shown
from application.context import user_number


class PersonShown(Shown):
    """The user and the time, to the millisecond."""

    userId: int
    firstName: str
    lastName: str
    fullName: str
    timestamp: str


class AnswerShown(Shown):
    questionId: int
    answer: bool | int | float | str


class InteractionShown(Shown):
    """An interaction. Redacted, its service, description, duration and answers are hidden."""

    id: int
    serviceId: int | None
    interactionType: InteractionType
    description: str | None
    dateOfInteraction: date
    duration: str | None
    location: Location | None
    isDeleted: bool
    redacted: bool
    customQuestions: list[AnswerShown]
    createdBy: PersonShown
    lastUpdatedBy: PersonShown


class InteractionsShown(Shown):
    interactions: list[InteractionShown]


def interaction_json(document: str) -> str:
    return to_json(interaction(from_json(document))).decode()


def interaction(document: dict[str, Any]) -> dict[str, Any]:
    known = facts.of_document(document)
    created = person(document["createdBy"], instant(document["createdAt"]))
    changed = document.get("updatedBy")
    return {
        "id": document["number"],
        **known._asdict(),
        "duration": None if known.duration is None else clock(known.duration),
        "createdBy": created,
        "lastUpdatedBy": (
            created if changed is None else person(changed, instant(document["updatedAt"]))
        ),
    }


def person(actor: dict[str, Any], at: datetime) -> dict[str, Any]:
    """A user and a time. Without given and family name, the last word of the name is the
    family's."""
    first, last = actor.get("givenName"), actor.get("familyName")
    if first is None and last is None:
        words = actor["name"].split()
        first, last = " ".join(words[:-1] or words), " ".join(words[1:] and words[-1:])
    return {
        "userId": user_number(actor["id"], actor.get("number")),
        "firstName": first or "",
        "lastName": last or "",
        "fullName": actor["name"],
        "timestamp": timestamp(at),
    }


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def timestamp(at: datetime) -> str:
    """`2019-05-06T06:00:00.000Z`"""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
