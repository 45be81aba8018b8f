"""Meetings as they stand, as JSON documents of the native contract (the tracking document)."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic_core import to_json

from application.entity import Entity
from domain.meeting import Meeting
from projections.read_model import Put, ReadModel, Step
from projections.timeline.shape import person_shown


def document(entity: Entity[Meeting]) -> str:
    """The document, made once per entity."""
    if entity.document is None:
        entity.document = to_json(_document(entity)).decode()
    return entity.document


def _document(entity: Entity[Meeting]) -> dict[str, object]:
    state = entity.state
    appointment, outcome = state.appointment, state.outcome
    shown: dict[str, object] = {
        "id": entity.id,
        "contactId": state.contact_id,
        "status": state.status,
        "scheduledDateTime": appointment.scheduled_at,
        **appointment.model_dump(exclude={"scheduled_at", "attendees"}),
        "completedDate": outcome and outcome.held_at,
        "createdAt": entity.created.time,
        "updatedAt": entity.changed.time,
        "createdBy": entity.created.actor.shown,
    }
    if appointment.attendees:
        # Under this name, a completed meeting has those who came.
        invited = [person_shown(one) for one in appointment.attendees]
        shown["invited" if outcome else "attendees"] = invited
    if state.reason is not None:
        shown["reason"] = state.reason
    if outcome:
        shown |= {
            "interactionId": state.interaction_id,
            "actualDate": outcome.held_at,
            **outcome.model_dump(exclude={"held_at"}),
            "duration": outcome.duration and (outcome.duration + 30) // 60,
        }
    return shown


def redacted_document(entity: Entity[Meeting]) -> str:
    """The document of a completed meeting for readers who haven't opened the restricted tags of its
    interaction, which has the same content."""
    state = replace(
        entity.state,
        appointment=entity.state.appointment.redacted,
        outcome=entity.state.outcome and entity.state.outcome.redacted,
    )
    return to_json(_document(replace(entity, state=state)) | {"redacted": True}).decode()


def project(step: Step) -> Iterator[Put]:
    entity = step.after
    state: Meeting = entity.state
    row = {
        "tenant": step.tenant,
        "id": entity.id,
        "contact_id": state.contact_id,
        "scheduled_at": state.appointment.scheduled_at,
        "status": state.status,
        "position": entity.position,
        "interaction_id": state.interaction_id,
        "document": document(entity),
        "redacted": redacted_document(entity) if state.interaction_id else None,
    }
    yield Put((step.tenant, entity.id), (row,), fresh=step.before is None)


MEETINGS = ReadModel(
    name="meetings",
    kinds=frozenset({Meeting.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "contact_id": "uuid NOT NULL",
        "scheduled_at": "timestamptz NOT NULL",
        "status": "text NOT NULL",
        "position": "bigint NOT NULL",
        "interaction_id": "uuid",
        "document": "text NOT NULL",
        "redacted": "text",
    },
    key=("tenant", "id"),
    project=project,
    indexes=("(tenant, scheduled_at DESC, id DESC)", "(contact_id, scheduled_at DESC, id DESC)"),
)
