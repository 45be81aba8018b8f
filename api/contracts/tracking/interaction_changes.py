"""Corrections of an interaction, as fields of an amendment."""

from typing import Annotated

from pydantic import Field

from api.contracts.tracking.interaction_fields import recorded
from api.contracts.tracking.interaction_schemas import NewInteraction
from api.contracts.tracking.types import ContactId, Date
from domain.amendment import Start, Type
from domain.changes import Fields
from domain.kinds import Kind
from projections.timeline.shape import NATIVE_WORDS


class InteractionChanges(NewInteraction):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    contact_id: ContactId | None = None
    date: Date = None
    # Whatever was read may be sent back, also what another contract allowed.
    duration: Annotated[int, Field(ge=0)] | None = None

    def fields(self) -> Fields:
        """The fields of an amendment: those of the keys that were sent."""
        fields: dict[str, object] = {}
        if self.date is not None:
            fields["when.start"] = Start(self.date.at, self.date.date_only)
        if "duration" in self.model_fields_set:
            fields["when.minutes"] = self.duration
        fields |= recorded(self)
        if word := self.interaction_type:
            alike = frozenset(kind for kind in Kind if NATIVE_WORDS[kind] == word)
            fields["type"] = Type(Kind(word), word, alike)
        return fields
