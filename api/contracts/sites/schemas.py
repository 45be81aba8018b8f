"""Bodies of this contract, and how they become records and changes of records."""

from datetime import datetime
from typing import Any

from api.contracts.sites.types import Body, Date, InteractionType, Line, Name, Text, Zone
from domain.record import People, Place, Record, Said, When
from projections.sites.fields import KINDS, SiteFields, title_of


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


class InteractionChanges(Body):
    """What is to be different: what is left out stays, null clears what may be null."""

    # No field has a default that it may be set to: what may not be null is refused as such.
    title: Name = ""
    type: InteractionType = "Meeting"
    lead: Name = ""
    start_datetime: Date = None
    timezone: Zone = ""
    end_datetime: Date | None = None
    location: Line | None = None
    description: Text | None = None
    notes: Text | None = None

    def revise(self, record: Record, shown: SiteFields, *, redacted: bool = False) -> Record:
        """The record with what differs from what was shown of it: a site may send back all that it
        read, and what was only derived for it does not become a part of the record."""
        new = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if getattr(self, name) != getattr(shown, name)
        }
        if not redacted and self._loses_title(record, shown, new):
            new["title"] = self.title
        said = {"subject": "title", "description": "description", "notes": "notes"}
        update: dict[str, Any] = {
            "said": _changed(record.said, new, said),
            "place": _changed(record.place, new, {"location": "location"}),
            "people": _changed(record.people, new, {"lead": "lead"}),
            "when": self._when(record.when, new, shown),
        }
        if "type" in new:
            update |= {"kind": KINDS[self.type], "word": self.type}
        return record.model_copy(update=update)

    def _loses_title(self, record: Record, shown: SiteFields, new: dict[str, Any]) -> bool:
        """Whether the title that was sent was derived from something that is changed besides: then
        it has to become a part of the record to stay."""
        if "title" not in self.model_fields_set or "title" in new:
            return False
        said = record.said
        if title_of(said.subject, said.description, record.kind) != shown.title:
            return False  # somebody else has just changed it
        description = new.get("description", said.description)
        kind = KINDS[self.type] if "type" in new else record.kind
        return title_of(said.subject, description, kind) != self.title

    def _when(self, when: When, new: dict[str, Any], shown: SiteFields) -> When:
        """An end that isn't named stays where it is; how long something took that has no end but
        a duration, stays as well."""
        update: dict[str, Any] = {}
        if "timezone" in new:
            update["zone"] = self.timezone
        if "start_datetime" in new and self.start_datetime.at != _at(shown.start_datetime):
            update |= {"at": self.start_datetime.at, "written": None}
            update["whole_day"] = self.start_datetime.date_only
        if self.end_datetime and when.ends_at is None and "at" in update:
            # It was derived from the start that moves, and was sent to stay.
            update |= {"ends_at": self.end_datetime.at, "duration": None}
        elif "end_datetime" in new:
            end = self.end_datetime and self.end_datetime.at
            if end != _at(shown.end_datetime):
                update |= {"ends_at": end, "duration": None}
        return when.model_copy(update=update)


def _at(shown: str | None) -> datetime | None:
    return None if shown is None else datetime.fromisoformat(shown)


def _changed(part: Any, new: dict[str, Any], names: dict[str, str]) -> Any:
    update = {inside: new[outside] for inside, outside in names.items() if outside in new}
    return part.model_copy(update=update) if update else part
