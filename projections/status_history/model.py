"""Every move of every relationship (the relationships document, Status History Tracking)."""

from collections.abc import Iterator

from pydantic_core import to_json

from application.entity import Recorded
from domain.contact import Contact, StatusMoved
from projections.read_model import Put, ReadModel, Step


def entry(recorded: Recorded) -> dict[str, object] | None:
    """The history's entry for an event, None if the event changed no status."""
    event = recorded.event
    if not isinstance(event, StatusMoved):
        return None
    return {
        "oldStatus": event.old_status,
        "newStatus": event.new_status,
        "oldLifecycleStage": event.old_stage,
        "newLifecycleStage": event.new_stage,
        "reason": event.reason,
        "notes": event.notes,
        "changedBy": recorded.envelope.actor.shown,
        "timestamp": recorded.envelope.time,
    }


def project(step: Step) -> Iterator[Put]:
    recorded = step.recorded
    shown = entry(recorded)
    if shown is not None:
        key = (step.tenant, step.after.id, recorded.version)
        row = {
            "tenant": step.tenant,
            "contact_id": step.after.id,
            "version": recorded.version,
            "document": to_json(shown).decode(),
        }
        yield Put(key, (row,), fresh=True)


STATUS_HISTORY = ReadModel(
    name="status_history",
    kinds=frozenset({Contact.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "version": "bigint NOT NULL",
        "document": "text NOT NULL",
    },
    key=("tenant", "contact_id", "version"),
    project=project,
)
