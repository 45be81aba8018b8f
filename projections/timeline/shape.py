"""The shape of an interaction's document: each of its fields, declared once.

From these declarations follow the document, the form of an answer in the OpenAPI document, the
keys that a request may send back but not set, and the lines of an import.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import pydantic
from pydantic import BaseModel, ConfigDict

from application.entity import Entity
from domain.appointment import Attendee
from domain.event import Value
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.record import Mail, Participant
from projections.timeline.field import RECORD, Field, Origin

NativeWord = Literal["meeting", "call", "email", "message", "coffee", "lunch", "conference"]
Sentiment = Literal["positive", "neutral", "negative"]

NATIVE_WORDS: dict[Kind, NativeWord] = {
    Kind.MEETING: "meeting",
    Kind.CALL: "call",
    Kind.EMAIL: "email",
    Kind.MESSAGE: "message",
    Kind.COFFEE: "coffee",
    Kind.LUNCH: "lunch",
    Kind.CONFERENCE: "conference",
    Kind.PROPOSAL: "email",
    Kind.QUOTE: "email",
    Kind.CONTRACT: "email",
    Kind.SERVICE: "meeting",
    Kind.FOLLOW_UP: "call",
    Kind.NOTE: "message",
    Kind.UPDATE: "message",
    Kind.REVIEW: "meeting",
    Kind.TRAINING: "conference",
    Kind.CONSULTATION: "meeting",
}
"""Every kind in the words of the native contract (the tracking document)."""


class PersonShown(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str
    name: str


def _updated_by(entity: Entity[Interaction]) -> object:
    return entity.changed.actor.shown if entity.version > 1 else None


def _kind(entity: Entity[Interaction]) -> object:
    """The kind, where the native contract has no word for it."""
    kind = entity.state.record.kind
    return None if kind == NATIVE_WORDS[kind] else kind


def _word(entity: Entity[Interaction]) -> object:
    """The word of the contract that recorded it, unless that is the kind."""
    record = entity.state.record
    return None if record.word == record.kind else record.word


def _odd_seconds(entity: Entity[Interaction]) -> object:
    """The duration in seconds, unless whole minutes tell it."""
    seconds = entity.state.record.when.seconds
    return seconds if seconds is not None and seconds % 60 else None


def person_shown(someone: Participant | Attendee) -> str | dict[str, Any]:
    """A person of whom only the name is known is shown as that name."""
    known = someone.model_dump(mode="json", exclude_none=True)
    return someone.name or "" if set(known) <= {"name"} else known


def _participants_shown(people: Sequence[Participant]) -> list[str | dict[str, Any]]:
    return [person_shown(someone) for someone in people]


def _values_shown(values: Sequence[Value]) -> list[dict[str, Any]]:
    return [value.model_dump(mode="json") for value in values]


def _mail_shown(mail: Mail) -> dict[str, Any]:
    return mail.model_dump(mode="json", exclude_none=True)


def word(value: StrEnum | None) -> str | None:
    """An enum's value as plain text, which becomes JSON in a fraction of an enum's time."""
    return None if value is None else str(value)


CLIENT, OTHERS, SERVER = Origin.CLIENT, Origin.OTHERS, Origin.SERVER
MINUTES = Annotated[int | None, pydantic.Field(description="minutes")]

FIELDS: Final = (
    Field("id", "entity.stream.id", UUID, SERVER, always=True),
    Field("number", "state.number", int, SERVER, always=True),
    Field("contactId", "state.contact_id", UUID | None, always=True),
    Field("interactionType", "kind", NativeWord, always=True, show=NATIVE_WORDS.__getitem__),
    Field("date", "when.at", str, always=True),
    Field("duration", "when.minutes", MINUTES, always=True),
    Field("location", "place.location", str | None, always=True, searched=True),
    Field("medium", "place.medium", str | None, always=True, searched=True),
    Field("topicsDiscussed", "said.topics", list[str], always=True, searched=True),
    Field("notes", "said.notes", str | None, always=True, searched=True),
    Field("sentiment", "said.sentiment", Sentiment | None, always=True, show=word),
    Field("followUpNeeded", "follow_up.needed", bool | None, always=True),
    Field("followUpNotes", "follow_up.notes", str | None, always=True, searched=True),
    Field("createdAt", "created.time", str, SERVER, always=True),
    Field("updatedAt", "changed.time", str, SERVER, always=True),
    Field("createdBy", "created.actor.shown", PersonShown, SERVER, always=True),
    Field("updatedBy", _updated_by, None, SERVER),
    Field("contract", "created.contract", None, SERVER, always=True),
    Field("kind", _kind, None, OTHERS, into="kind"),
    Field("word", _word, None, OTHERS, into="word"),
    Field("timezone", "when.zone", None, OTHERS),
    Field("dateAsWritten", "when.written", None, OTHERS),
    Field("wholeDay", "when.whole_day", None, OTHERS),
    Field("endDate", "when.ends_at", None, OTHERS),
    Field("durationSeconds", _odd_seconds, None, OTHERS, into="when.duration"),
    Field("subject", "said.subject", None, OTHERS, searched=True),
    Field("description", "said.description", None, OTHERS, searched=True),
    Field("outcome", "said.outcome", None, OTHERS, searched=True),
    Field("nextAction", "follow_up.action", None, OTHERS, searched=True),
    Field("followUpDate", "follow_up.due", None, OTHERS),
    Field("lead", "people.lead", None, OTHERS, searched=True),
    Field("participants", "people.participants", show=_participants_shown),
    Field("tags", "labels.tags", searched=True),
    Field("restrictedTags", "labels.restricted", None, OTHERS),
    Field("rapportScore", "rapport.score", None, OTHERS),
    Field("observedNonVerbal", "rapport.non_verbal", None, OTHERS, searched=True),
    Field("tacticLogs", "rapport.tactics", None, OTHERS, show=_values_shown),
    Field("serviceId", "service.service_id", None, OTHERS),
    Field("customQuestions", "service.answers", None, OTHERS, show=_values_shown),
    Field("mail", "mail", None, OTHERS, show=_mail_shown),
    Field("redacted", "redacted", None, SERVER),
)
"""In the order in which the document has them."""


def keys(*origins: Origin) -> frozenset[str]:
    """The names of the fields with these origins."""
    return frozenset(field.key for field in FIELDS if field.origin in origins)


def searched_paths() -> list[str]:
    """The paths of the texts that a search looks into, in the record's own order."""
    inner = {part: getattr(field.annotation, "model_fields", {}) for part, field in RECORD.items()}
    order = [f"{part}.{leaf}" for part, leaves in inner.items() for leaf in leaves]
    return sorted((field.path for field in FIELDS if field.searched), key=order.index)


def answer_fields() -> dict[str, Any]:
    """The documented fields of an answer, with their types, as pydantic's `create_model` has them.
    An answer has one that isn't `always` there only if it was recorded."""
    return {
        field.key: field.answer if field.always else (field.answer, None)
        for field in FIELDS
        if field.answer is not None
    }
