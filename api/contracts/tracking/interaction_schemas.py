"""Bodies and queries about interactions, and how they become records (the tracking document)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.contracts.tracking.types import (
    LONGEST_LINE,
    Body,
    ContactId,
    Date,
    Id,
    InteractionType,
    Line,
    Lines,
    Minutes,
    Query,
    QueryDate,
    Sentiment,
    Tags,
    Text,
)
from domain.kinds import Kind
from domain.record import Participant, Record


class Someone(Body):
    """A participant with an address, or one who is a contact."""

    name: Line | None = None
    email: Line | None = None
    contact_id: Id | None = None


def _someone(value: object) -> object:
    """A name alone stands for somebody with that name: read here, because errors in a choice of
    two forms would be told of both."""
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_LINE:
        raise ValueError(f"A name has up to {LONGEST_LINE} characters.")
    return Someone(name=value)


SomeoneNamed = Annotated[Someone, BeforeValidator(_someone, json_schema_input_type=Line | Someone)]


class NewInteraction(Body):
    """What happened, with whom, and when. `duration` is in minutes."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        "id number createdAt updatedAt createdBy updatedBy contract kind word timezone "
        "dateAsWritten wholeDay endDate durationSeconds subject description outcome nextAction "
        "followUpDate lead restrictedTags rapportScore observedNonVerbal tacticLogs serviceId "
        "customQuestions mail redacted".split()
    )

    contact_id: ContactId
    interaction_type: InteractionType | None = None
    date: Date
    duration: Minutes | None = None
    location: Line | None = None
    medium: Line | None = None
    topics_discussed: Lines | None = None
    notes: Text | None = None
    sentiment: Sentiment | None = None
    follow_up_needed: bool | None = None
    follow_up_notes: Text | None = None
    participants: Annotated[list[SomeoneNamed], Field(max_length=1000)] | None = None
    tags: Tags | None = None

    def record(self) -> Record:
        kind = self.interaction_type or Kind.NOTE
        # In one go, which takes two thirds of the time of making the parts one by one.
        return Record.model_validate(
            {
                "kind": kind,
                "word": kind,
                "when": {
                    "at": self.date.at,
                    "duration": None if self.duration is None else self.duration * 60,
                    "whole_day": self.date.date_only,
                },
                "said": {
                    "notes": self.notes,
                    "topics": self.topics_discussed or (),
                    "sentiment": self.sentiment,
                },
                "place": {"location": self.location, "medium": self.medium},
                "follow_up": {"needed": self.follow_up_needed, "notes": self.follow_up_notes},
                "people": {"participants": participants(self.participants)},
                "labels": {"tags": self.tags or ()},
            }
        )


def participants(given: list[Someone] | None) -> tuple[Participant, ...]:
    return tuple(
        Participant(name=someone.name, email=someone.email, contact_id=someone.contact_id)
        for someone in given or ()
    )


PageNumber = Annotated[int, Field(ge=1, le=10_000_000)]
PageSize = Annotated[int, Field(ge=1, le=100)]


class InteractionQuery(Query):
    """`page` and `pageSize`, or `cursor` (empty for the first page) for everything long."""

    contact_id: str | None = None
    type: InteractionType | None = None
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


class Shown(BaseModel):
    """The form of an answer, for the OpenAPI document. Keys may be added to it later."""

    model_config = ConfigDict(extra="allow")


class PersonShown(Shown):
    id: str
    name: str


class InteractionShown(Shown):
    """An interaction. What other contracts recorded of it is added under camelCase names."""

    id: UUID
    number: int
    contactId: UUID | None
    interactionType: InteractionType
    date: str
    duration: int | None = Field(description="minutes")
    location: str | None
    medium: str | None
    topicsDiscussed: list[str]
    notes: str | None
    sentiment: Sentiment | None
    followUpNeeded: bool | None
    followUpNotes: str | None
    createdAt: str
    updatedAt: str
    createdBy: PersonShown


class InteractionsShown(Shown):
    """With page and pageSize, the totals; with a cursor, `next` instead."""

    items: list[InteractionShown]
    page: int | None = None
    pageSize: int | None = None
    totalCount: int | None = None
    totalPages: int | None = None
    next: str | None = None


class TimelineShown(Shown):
    items: list[InteractionShown]
    next: str | None
