"""Bodies of this contract, as records and as fields of an amendment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.contracts.sites.types import Date, Line, Name, Text
from api.http.models import Body
from api.http.time_zones import Zone
from domain.changes import Fields
from domain.record import People, Place, Record, Said, When
from projections.sites.fields import (
    KINDS,
    InteractionFields,
    InteractionType,
    fields_of,
    title_of,
)
from projections.timeline.document import kind_of


class NewInteraction(Body):
    """An interaction at the site. It may lie in the future."""

    title: Name
    type: InteractionType
    lead: Name
    start_datetime: Date
    timezone: Zone
    end_datetime: Date | None = None
    location: Line | None = None
    description: Text | None = None
    notes: Text | None = None

    def record(self) -> Record:
        return Record(
            kind=KINDS[self.type],
            word=self.type,
            when=When(
                at=self.start_datetime.at,
                zone=self.timezone,
                ends_at=self.end_datetime and self.end_datetime.at,
                whole_day=self.start_datetime.date_only,
            ),
            said=Said(subject=self.title, description=self.description, notes=self.notes),
            place=Place(location=self.location),
            people=People(lead=self.lead),
        )


PATHS = {
    "title": "said.subject",
    "description": "said.description",
    "notes": "said.notes",
    "location": "place.location",
    "lead": "people.lead",
    "timezone": "when.zone",
}
"""The path of each key that is set as it was sent."""


class InteractionChanges(NewInteraction):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    # No field has a default that it may be set to: what may not be null is refused as such.
    title: Name = ""
    type: InteractionType = "Meeting"
    lead: Name = ""
    start_datetime: Date = None
    timezone: Zone = ""

    def fields(self, document: Mapping[str, Any]) -> Fields:
        """The fields of an amendment: those that differ from the document, which is the one the
        caller is shown. A site may send back all that it read, and what was only derived for it
        does not become a part of the record."""
        shown = fields_of(document)
        new = self.differing(shown)
        if "redacted" not in document and self._loses_title(document, new):
            new["title"] = self.title
        fields = {path: new[name] for name, path in PATHS.items() if name in new}
        if "type" in new:
            fields |= {"kind": KINDS[self.type], "word": self.type}
        return fields | self._when(document, new, shown)

    def _loses_title(self, document: Mapping[str, Any], new: dict[str, Any]) -> bool:
        """True if the title that was sent was derived from something that is changed besides: then
        it has to become a part of the record to stay."""
        if "title" not in self.model_fields_set or "title" in new:
            return False
        description = new.get("description", document.get("description"))
        kind = KINDS[self.type] if "type" in new else kind_of(document)
        return title_of(document.get("subject"), description, kind) != self.title

    def _when(
        self, document: Mapping[str, Any], new: dict[str, Any], shown: InteractionFields
    ) -> dict[str, Any]:
        """An end that isn't named stays where it is; how long something took that has no end but
        a duration, stays as well."""
        fields: dict[str, Any] = {}
        start, end = self.start_datetime, self.end_datetime
        moves = "start_datetime" in new and start.at != _at(shown.start_datetime)
        if moves:
            fields = {"at": start.at, "written": None, "whole_day": start.date_only}
        # An end derived from the start that moves was sent to stay.
        derived = moves and end is not None and "endDate" not in document
        ends_at = end and end.at
        if derived or ("end_datetime" in new and ends_at != _at(shown.end_datetime)):
            fields |= {"ends_at": ends_at, "duration": None}
        return {f"when.{name}": value for name, value in fields.items()}


def _at(shown: str | None) -> datetime | None:
    return None if shown is None else datetime.fromisoformat(shown)
