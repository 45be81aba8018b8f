"""The ledger's own document of an interaction: JSON as the native contract answers it.

The request's keys are always there; what other contracts recorded is there when it was recorded.
The other contracts read this document too, and put it into their own words.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from application.entity import Entity
from application.envelope import Actor
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.record import Participant, Record
from domain.redaction import is_hidden, redacted

NATIVE_WORDS = {
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
"""Every kind in the words of the native contract (f53ea5b3782d77ea)."""


def document(entity: Entity[Interaction]) -> str:
    """The document, made once per entity."""
    if entity.document is None:
        entity.document = to_json(_document(entity)).decode()
    return entity.document


def redacted_document(entity: Entity[Interaction]) -> str:
    """The document as it is shown without the record's restricted tags."""
    state = replace(entity.state, record=redacted(entity.state.record))
    shown = _document(replace(entity, state=state)) | {"redacted": True}
    return to_json(shown).decode()


def document_for(entity: Entity[Interaction], open_tags: Collection[str]) -> str:
    """The document as it is shown to a reader who opened these restricted tags."""
    if is_hidden(entity.state.record, open_tags):
        return redacted_document(entity)
    return document(entity)


def _document(entity: Entity[Interaction]) -> dict[str, Any]:
    state, created = entity.state, entity.created
    record = state.record
    when, said, follow_up = record.when, record.said, record.follow_up
    shown: dict[str, Any] = {
        "id": entity.stream.id,
        "number": state.number,
        "contactId": state.contact_id,
        "interactionType": NATIVE_WORDS[record.kind],
        "date": when.at,
        "duration": when.minutes,
        "location": record.place.location,
        "medium": record.place.medium,
        "topicsDiscussed": said.topics,
        "notes": said.notes,
        "sentiment": word(said.sentiment),
        "followUpNeeded": follow_up.needed,
        "followUpNotes": follow_up.notes,
        "createdAt": created.time,
        "updatedAt": entity.changed.time,
        "createdBy": person(created.actor),
    }
    if entity.version > 1:
        shown["updatedBy"] = person(entity.changed.actor)
    shown["contract"] = created.contract
    shown.update((key, value) for key, value in _others(record) if value not in (None, (), []))
    return shown


def _others(record: Record) -> Iterator[tuple[str, Any]]:
    when, said, follow_up = record.when, record.said, record.follow_up
    if record.kind != NATIVE_WORDS[record.kind]:
        yield "kind", record.kind
    if record.word != record.kind:
        yield "word", record.word
    yield "timezone", when.zone
    yield "dateAsWritten", when.written
    if when.whole_day:
        yield "wholeDay", True
    yield "endDate", when.ends_at
    if when.seconds is not None and when.seconds % 60:
        yield "durationSeconds", when.seconds
    yield "subject", said.subject
    yield "description", said.description
    yield "outcome", said.outcome
    yield "nextAction", follow_up.action
    yield "followUpDate", follow_up.due
    yield "lead", record.people.lead
    yield "participants", [participant_shown(someone) for someone in record.people.participants]
    yield "tags", record.labels.tags
    yield "restrictedTags", record.labels.restricted
    yield "rapportScore", record.rapport.score
    yield "observedNonVerbal", record.rapport.non_verbal
    yield "tacticLogs", [use.model_dump(mode="json") for use in record.rapport.tactics]
    yield "serviceId", record.service.service_id
    yield "customQuestions", [answer.model_dump(mode="json") for answer in record.service.answers]
    if record.mail is not None:
        yield "mail", record.mail.model_dump(mode="json", exclude_none=True)


def participant_shown(someone: Participant) -> str | dict[str, Any]:
    """Somebody of whom no more than a name is known is shown as that name."""
    known = someone.model_dump(mode="json", exclude_none=True)
    return someone.name or "" if set(known) <= {"name"} else known


def word(value: StrEnum | None) -> str | None:
    """One of our words as plain text, which becomes JSON in a fraction of an enum's time."""
    return None if value is None else str(value)


def person(actor: Actor) -> dict[str, Any]:
    """A user as documents show them."""
    return actor.model_dump(mode="json", exclude={"permissions"}, exclude_none=True)
