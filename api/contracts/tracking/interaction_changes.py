"""Corrections of an interaction, as fields of an amendment."""

from typing import Annotated, Any

from pydantic import Field

from api.contracts.tracking.interaction_schemas import NewInteraction, participants
from api.contracts.tracking.types import ContactId, Date
from domain.amendment import Start, Type
from domain.changes import Fields
from domain.kinds import Kind, Sentiment
from projections.timeline.shape import NATIVE_WORDS

PATHS = {
    "notes": "said.notes",
    "topics_discussed": "said.topics",
    "sentiment": "said.sentiment",
    "location": "place.location",
    "medium": "place.medium",
    "follow_up_needed": "follow_up.needed",
    "follow_up_notes": "follow_up.notes",
    "participants": "people.participants",
    "tags": "labels.tags",
    "duration": "when.minutes",
}
"""The path of each key that may be set to null."""


class InteractionChanges(NewInteraction):
    """What is to be different: what is left out stays, null clears what may be null."""

    contact_id: ContactId | None = None
    date: Date = None
    # Whatever was read may be sent back, also what another contract allowed.
    duration: Annotated[int, Field(ge=0)] | None = None

    def fields(self) -> Fields:
        """The fields of an amendment: those of the keys that were sent."""
        fields: dict[str, object] = {}
        if self.date is not None:
            fields["when.start"] = Start(self.date.at, self.date.date_only)
        for name in self.model_fields_set & PATHS.keys():
            fields[PATHS[name]] = self._value(name)
        if word := self.interaction_type:
            alike = frozenset(kind for kind in Kind if NATIVE_WORDS[kind] == word)
            fields["type"] = Type(Kind(word), word, alike)
        return fields

    def _value(self, name: str) -> Any:
        """The value of a key as the record has it."""
        value = getattr(self, name)
        match name:
            case "participants":
                return participants(value)
            case "topics_discussed" | "tags":
                return tuple(value or ())
            case "sentiment":
                return value and Sentiment(value)
        return value
