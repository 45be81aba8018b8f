"""The ledger's own document of an interaction: JSON as the native contract answers it.

The request's keys are always there; what other contracts recorded is there when it was recorded.
The other contracts read this document too, and put it into their own words.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from application.entity import Entity
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
"""Every kind in the words of the native contract (the tracking document)."""


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
        "createdBy": created.actor.shown,
    }
    if entity.version > 1:
        shown["updatedBy"] = entity.changed.actor.shown
    shown["contract"] = created.contract
    _add_others(shown, record)
    return shown


def _add_others(shown: dict[str, Any], record: Record) -> None:
    """What other contracts recorded. One by one, because most records have none of it: going
    through a list of them took a tenth of a POST's time in the process."""
    when, said, follow_up = record.when, record.said, record.follow_up
    people, labels, rapport = record.people, record.labels, record.rapport
    if record.kind != NATIVE_WORDS[record.kind]:
        shown["kind"] = record.kind
    if record.word is not None and record.word != record.kind:
        shown["word"] = record.word
    if when.zone is not None:
        shown["timezone"] = when.zone
    if when.written is not None:
        shown["dateAsWritten"] = when.written
    if when.whole_day:
        shown["wholeDay"] = True
    if when.ends_at is not None:
        shown["endDate"] = when.ends_at
    if when.seconds is not None and when.seconds % 60:
        shown["durationSeconds"] = when.seconds
    if said.subject is not None:
        shown["subject"] = said.subject
    if said.description is not None:
        shown["description"] = said.description
    if said.outcome is not None:
        shown["outcome"] = said.outcome
    if follow_up.action is not None:
        shown["nextAction"] = follow_up.action
    if follow_up.due is not None:
        shown["followUpDate"] = follow_up.due
    if people.lead is not None:
        shown["lead"] = people.lead
    if people.participants:
        shown["participants"] = [participant_shown(someone) for someone in people.participants]
    if labels.tags:
        shown["tags"] = labels.tags
    if labels.restricted:
        shown["restrictedTags"] = labels.restricted
    if rapport.score is not None:
        shown["rapportScore"] = rapport.score
    if rapport.non_verbal is not None:
        shown["observedNonVerbal"] = rapport.non_verbal
    if rapport.tactics:
        shown["tacticLogs"] = [use.model_dump(mode="json") for use in rapport.tactics]
    if record.service.service_id is not None:
        shown["serviceId"] = record.service.service_id
    if record.service.answers:
        answers = [answer.model_dump(mode="json") for answer in record.service.answers]
        shown["customQuestions"] = answers
    if record.mail is not None:
        shown["mail"] = record.mail.model_dump(mode="json", exclude_none=True)


def participant_shown(someone: Participant) -> str | dict[str, Any]:
    """Somebody of whom no more than a name is known is shown as that name."""
    known = someone.model_dump(mode="json", exclude_none=True)
    return someone.name or "" if set(known) <= {"name"} else known


def word(value: StrEnum | None) -> str | None:
    """One of our words as plain text, which becomes JSON in a fraction of an enum's time."""
    return None if value is None else str(value)
