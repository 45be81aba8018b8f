"""Corrections of an interaction: what was only read back stays as it is recorded."""

from typing import Annotated, Any

from pydantic import Field

from api.contracts.tracking.interaction_schemas import NewInteraction, participants
from api.contracts.tracking.types import LONGEST_DURATION, ContactId, Date
from domain import kinds
from domain.errors import Invalid
from domain.kinds import Kind
from domain.record import People, Record, When
from projections.timeline.shape import NATIVE_WORDS, participant_shown


class InteractionChanges(NewInteraction):
    """What is to be different: what is left out stays, null clears what may be null."""

    contact_id: ContactId | None = None
    date: Date = None
    # Whatever was read may be sent back, also what another contract allowed.
    duration: Annotated[int, Field(ge=0)] | None = None

    def revise(self, record: Record) -> Record:
        given = self.model_fields_set
        parts = {
            "said": (("notes", "notes"), ("topics_discussed", "topics"), ("sentiment",) * 2),
            "place": (("location",) * 2, ("medium",) * 2),
            "follow_up": (("follow_up_needed", "needed"), ("follow_up_notes", "notes")),
        }
        update: dict[str, Any] = {}
        for part, names in parts.items():
            changes = {
                inside: _inside(inside, getattr(self, outside))
                for outside, inside in names
                if outside in given
            }
            if changes:
                update[part] = getattr(record, part).model_copy(update=changes)
        if "participants" in given and (people := self._people(record.people)):
            update["people"] = people
        if "tags" in given:
            update["labels"] = record.labels.model_copy(update={"tags": _tuple(self.tags)})
        if self.interaction_type and self.interaction_type != NATIVE_WORDS[record.kind]:
            update |= {"kind": Kind(self.interaction_type), "word": self.interaction_type}
        if when := self._when(record.when):
            update["when"] = when
        return record.model_copy(update=update)

    def _people(self, people: People) -> People | None:
        """Those who only were read back stay as they are recorded."""
        new = participants(self.participants)
        if list(map(participant_shown, new)) == list(map(participant_shown, people.participants)):
            return None
        return people.model_copy(update={"participants": new})

    def _when(self, when: When) -> When | None:
        """A new instant keeps how long it took; an instant that was only read back stays as it was
        written, and so does a duration that minutes can't express."""
        moved = when
        if self.date is not None and self.date.at != when.at:
            moved = when.moved(self.date.at, whole_day=self.date.date_only)
        if "duration" in self.model_fields_set and self.duration != when.minutes:
            moved = moved.model_copy(update={"ends_at": None, "duration": self._seconds()})
        return None if moved is when else moved

    def _seconds(self) -> int | None:
        if self.duration is None:
            return None
        if not 1 <= self.duration <= LONGEST_DURATION:
            raise Invalid(
                f"A duration is 1 to {LONGEST_DURATION} minutes",
                code="duration_out_of_range",
                field="when.duration",
            )
        return self.duration * 60


def _inside(name: str, value: Any) -> Any:
    """A value as the record has it, which `model_copy` doesn't check."""
    if name == "topics":
        return _tuple(value)
    return kinds.Sentiment(value) if name == "sentiment" and value else value


def _tuple(values: list[Any] | None) -> tuple[Any, ...]:
    return tuple(values or ())
