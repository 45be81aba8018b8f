"""The record of an interaction, in parts.

A record holds the fields of all five contracts: each contract reads and writes the parts it knows
and leaves the others unchanged.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from domain.event import Value
from domain.fields import Instant, Line, Text, Word
from domain.kinds import Direction, Kind, Sentiment

FIRST_TO_BEGIN_A_DAY = timezone(timedelta(hours=14))
"""The time zone in which every day begins first."""


class When(Value):
    """The instant (UTC), the IANA zone if one was given, and the end or the duration in seconds.

    `written` keeps the date as it was written where a contract echoes it (the rapport document);
    `whole_day` marks a date without a time, which stands for its start in UTC.
    """

    at: Instant
    """When it began, in UTC."""
    zone: Line | None = None
    """The IANA time zone it was given in."""
    ends_at: Instant | None = None
    """When it ended, in UTC."""
    duration: Annotated[int, Field(ge=0)] | None = None
    """How long it took, in seconds; where there is an end, that counts."""
    written: Line | None = None
    """The date as it was written, where its offset matters to the writer."""
    whole_day: bool = False
    """True if only a date was given; `at` is then the start of that day in UTC."""

    @property
    def seconds(self) -> int | None:
        """The duration in whole seconds; negative if the end is before the start."""
        if self.ends_at is not None:
            return (self.ends_at - self.at) // timedelta(seconds=1)
        return self.duration

    @property
    def minutes(self) -> int | None:
        """The duration in minutes, rounded half up."""
        seconds = self.seconds
        return None if seconds is None else (seconds + 30) // 60

    @property
    def end(self) -> datetime | None:
        """The end in UTC, None if it isn't known or after the year 9999."""
        if self.ends_at is None and self.duration is not None:
            try:
                return self.at + timedelta(seconds=self.duration)
            except OverflowError:
                return None
        return self.ends_at

    def moved(self, at: datetime, *, whole_day: bool = False) -> "When":
        """The same duration from another start. An end that would lie after the year 9999 becomes a
        duration in seconds.

        It isn't refused: a caller who doesn't see the end would find it by starts that are refused.
        At the last instant of the calendar, it would lose how long it took.
        """
        ends_at, duration = self.ends_at, self.duration
        if ends_at is not None:
            try:
                ends_at = at + (ends_at - self.at)
            except OverflowError:
                ends_at, duration = None, self.seconds
        update = {"at": at, "ends_at": ends_at, "duration": duration}
        return self.model_copy(update=update | {"written": None, "whole_day": whole_day})

    def is_future(self, now: datetime) -> bool:
        """True if the start is after `now`. A whole day is future only if it is later than today in
        every time zone."""
        if self.whole_day:
            latest_today: date = now.astimezone(FIRST_TO_BEGIN_A_DAY).date()
            return self.at.date() > latest_today
        return self.at > now


class Said(Value):
    """The subject of an interaction, its course and its result."""

    subject: Text | None = None
    """Its title or subject."""
    description: Text | None = None
    """An account of the interaction."""
    notes: Text | None = None
    """Notes about it."""
    outcome: Text | None = None
    """The result of the interaction."""
    topics: tuple[Line, ...] = ()
    """The topics that were discussed."""
    sentiment: Sentiment | None = None
    """How it went."""


class Place(Value):
    location: Line | None = None
    """Where it took place."""
    medium: Line | None = None
    """Through what, such as a channel."""


class FollowUp(Value):
    """The follow-up, and when it is due (UTC)."""

    needed: bool | None = None
    """True if a follow-up is needed."""
    notes: Text | None = None
    """Notes about that."""
    action: Text | None = None
    """The action to be taken."""
    due: Instant | None = None
    """Until when, in UTC."""


class TacticUse(Value):
    """A rapport tactic used, and how well it worked from 1 to 5 (the rapport document)."""

    tactic_id: UUID
    """The tactic."""
    effectiveness: Annotated[int, Field(ge=1, le=5)] | None = None
    """How well it worked, from 1 to 5."""
    notes: Text | None = None
    """Notes about that."""


class Rapport(Value):
    """How the relationship felt afterwards, from 1 to 10, and what was seen (the rapport
    document)."""

    score: Annotated[int, Field(ge=1, le=10)] | None = None
    """From 1 to 10."""
    non_verbal: Text | None = None
    """The non-verbal signs that were observed."""
    tactics: tuple[TacticUse, ...] = ()
    """The rapport tactics that were used."""


class Answer(Value):
    """The answer to a service's custom question (the clients document)."""

    question_id: int
    """The question's number in its service."""
    answer: StrictBool | StrictInt | StrictFloat | StrictStr | None = None
    """A text, a number, true or false, or a date such as 2026-01-31."""


class Service(Value):
    """The service delivered and its custom answers (the clients document)."""

    service_id: int | None = None
    """The service's number."""
    answers: tuple[Answer, ...] = ()
    """The answers to what is asked about each delivery."""


class Participant(Value):
    """A person who took part besides the contact; a contact itself where `contact_id` is known."""

    name: Line | None = None
    """Their name."""
    email: Line | None = None
    """Their mail address."""
    contact_id: UUID | None = None
    """The contact they are, where that is known."""


class People(Value):
    """The person who led the interaction, if the record says so, and the participants."""

    lead: Line | None = None
    """The person who led the interaction."""
    participants: tuple[Participant, ...] = ()
    """The participants besides the contact."""


class Labels(Value):
    """Free tags, and restricted tags that decide who may read the content."""

    tags: tuple[Word, ...] = ()
    """Free labels."""
    restricted: tuple[Word, ...] = ()
    """Tags whose permission a reader needs to see all of the record."""


class Mail(Value):
    """Where a mail stands in its conversation, and where its date was taken from."""

    message_id: Text
    """Its Message-ID."""
    direction: Direction
    """Which way it went."""
    thread_id: Text
    """The Message-ID of the first mail of its conversation."""
    in_reply_to: Text | None = None
    """The Message-ID of the mail it answers."""
    date_source: Line = "date"
    """Where its date comes from: date, received, envelope or import."""


class Record(Value):
    """The whole of what one interaction records. `word` is the caller's own word for its kind."""

    kind: Kind
    """The kind of the interaction."""
    word: Word | None = None
    """The writer's own word for the kind."""
    when: When
    """When it was, and how long it took."""
    said: Said = Said()
    """The subject of the interaction, its course and its result."""
    place: Place = Place()
    """Where it took place, or through what."""
    follow_up: FollowUp = FollowUp()
    """The follow-up."""
    rapport: Rapport = Rapport()
    """How the relationship felt afterwards."""
    service: Service = Service()
    """The service that was delivered."""
    people: People = People()
    """The person who led the interaction, and the participants."""
    labels: Labels = Labels()
    """Free and restricted tags."""
    mail: Mail | None = None
    """Where a mail stands in its conversation."""
