"""Bodies and queries about interactions, and how they become records (the tracking document)."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, create_model

from api.contracts.tracking.interaction_fields import parts_of, recorded, with_fields
from api.contracts.tracking.types import (
    Body,
    ContactId,
    Date,
    Id,
    Line,
    Lines,
    Minutes,
    PageShown,
    Query,
    QueryDate,
    Tags,
    by_name,
)
from api.http.models import Shown
from domain.amendment import Start, Type
from domain.changes import Fields
from domain.kinds import Kind
from domain.record import Record
from projections.timeline.field import Origin
from projections.timeline.shape import NATIVE_WORDS, NativeWord, Sentiment, answer_fields, keys


class Someone(Body):
    """A participant with an address, or one who is a contact."""

    name: Line | None = None
    email: Line | None = None
    contact_id: Id | None = None


SomeoneNamed = Annotated[
    Someone, BeforeValidator(by_name(Someone), json_schema_input_type=Line | Someone)
]


@with_fields(Origin.CLIENT)
class RecordedFields(Body):
    """The fields that a request gives as a record has them."""


class NewInteraction(RecordedFields):
    """A call, a meeting or a mail with a contact. `duration` is in minutes."""

    read_only: ClassVar[frozenset[str]] = keys(Origin.SERVER, Origin.OTHERS)

    contact_id: ContactId
    interaction_type: NativeWord | None = None
    date: Date
    duration: Minutes | None = None
    topics_discussed: Lines | None = None
    participants: Annotated[list[SomeoneNamed], Field(max_length=1000)] | None = None
    tags: Tags | None = None

    def record(self) -> Record:
        """Of the durations, an end comes before seconds, and seconds before minutes."""
        parts = parts_of(self)
        when = parts["when"]
        when["at"] = self.date.at
        when["whole_day"] = when.get("whole_day") or self.date.date_only
        if when.get("ends_at") is not None:
            when.pop("duration", None)
        elif self.duration is not None:
            when.setdefault("duration", self.duration * 60)
        kind = parts.setdefault("kind", Kind.NOTE)
        parts.setdefault("word", kind)
        # In one go, which takes two thirds of the time of making the parts one by one.
        return Record.model_validate(parts, from_attributes=True)


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


PageNumber = Annotated[int, Field(ge=1, le=10_000_000)]
PageSize = Annotated[int, Field(ge=1, le=100)]


class InteractionQuery(Query):
    """`page` and `pageSize`, or `cursor` (empty for the first page) for everything long."""

    contact_id: str | None = None
    type: NativeWord | None = None
    start_date: QueryDate | None = None
    end_date: QueryDate | None = None
    search: Annotated[str, Field(max_length=200)] | None = None
    tags: Annotated[str | None, Field(description="Words separated by commas; all of them.")] = None
    sentiment: Sentiment | None = None
    participant: Annotated[str, Field(max_length=200)] | None = None
    page: PageNumber = 1
    page_size: PageSize = 20
    cursor: Annotated[str, Field(max_length=500)] | None = None


class TimelineQuery(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None


InteractionShown = create_model(
    "InteractionShown",
    __base__=Shown,
    __doc__="An interaction. What other contracts recorded of it is added under camelCase names.",
    **answer_fields(),
)


class InteractionsShown(PageShown):
    """With page and pageSize, the totals; with a cursor, `next` instead."""

    items: list[InteractionShown]


class TimelineShown(Shown):
    items: list[InteractionShown]
    next: str | None
