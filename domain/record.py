"""What an interaction records, as values for what belongs together.

One record has room for all five contracts: each reads and writes the parts it knows and leaves the
others as they are.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from domain.errors import Invalid
from domain.event import Value
from domain.kinds import Direction, Kind, Sentiment

Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=100_000)]
Word = Annotated[str, Field(min_length=1, max_length=100)]


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A moment, kept in UTC whatever the offset it came with."""

LAST_TO_SEE_A_DAY_BEGIN = timezone(timedelta(hours=14))


class When(Value):
    """The instant (UTC), the IANA zone if one was given, and the end or the duration in seconds.

    `written` keeps the date as it was written where a contract echoes it (the rapport document);
    `whole_day` marks a date without a time, which stands for its start in UTC.
    """

    at: Instant
    zone: Line | None = None
    ends_at: Instant | None = None
    duration: Annotated[int, Field(ge=0)] | None = None
    written: Line | None = None
    whole_day: bool = False

    @property
    def seconds(self) -> int | None:
        """How long it took, in whole seconds; negative if it ends before it starts."""
        if self.ends_at is not None:
            return (self.ends_at - self.at) // timedelta(seconds=1)
        return self.duration

    @property
    def minutes(self) -> int | None:
        """How long it took, in minutes rounded half up."""
        seconds = self.seconds
        return None if seconds is None else (seconds + 30) // 60

    @property
    def end(self) -> datetime | None:
        if self.ends_at is None and self.duration is not None:
            return self.at + timedelta(seconds=self.duration)
        return self.ends_at

    def moved(self, at: datetime, *, whole_day: bool = False) -> "When":
        """At another time, and as long as it was. Raises Invalid where that leads out of the years
        1 to 9999."""
        ends_at = None
        if self.ends_at is not None:
            try:
                ends_at = at + (self.ends_at - self.at)
            except OverflowError:
                raise Invalid("It would end after the year 9999", field="when.at") from None
        update = {"at": at, "ends_at": ends_at, "written": None, "whole_day": whole_day}
        return self.model_copy(update=update)

    def is_future(self, now: datetime) -> bool:
        """Whether it lies ahead; a whole day does once it is after today everywhere on earth."""
        if self.whole_day:
            latest_today: date = now.astimezone(LAST_TO_SEE_A_DAY_BEGIN).date()
            return self.at.date() > latest_today
        return self.at > now


class Said(Value):
    """What it was about and what came of it."""

    subject: Text | None = None
    description: Text | None = None
    notes: Text | None = None
    outcome: Text | None = None
    topics: tuple[Line, ...] = ()
    sentiment: Sentiment | None = None


class Place(Value):
    location: Line | None = None
    medium: Line | None = None


class FollowUp(Value):
    """What is to happen next, and when (UTC)."""

    needed: bool | None = None
    notes: Text | None = None
    action: Text | None = None
    due: Instant | None = None


class TacticUse(Value):
    """A rapport tactic used, and how well it worked from 1 to 5 (the rapport document)."""

    tactic_id: UUID
    effectiveness: Annotated[int, Field(ge=1, le=5)] | None = None
    notes: Text | None = None


class Rapport(Value):
    """How the relationship felt afterwards, from 1 to 10, and what was seen (the rapport
    document)."""

    score: Annotated[int, Field(ge=1, le=10)] | None = None
    non_verbal: Text | None = None
    tactics: tuple[TacticUse, ...] = ()


class Answer(Value):
    """The answer to a service's custom question (the clients document)."""

    question_id: int
    answer: StrictBool | StrictInt | StrictFloat | StrictStr | None = None


class Service(Value):
    """The service delivered and its custom answers (the clients document)."""

    service_id: int | None = None
    answers: tuple[Answer, ...] = ()


class Participant(Value):
    """Somebody who took part besides the contact; a contact itself where `contact_id` is known."""

    name: Line | None = None
    email: Line | None = None
    contact_id: UUID | None = None


class People(Value):
    """Who led it, if the record says so, and who took part."""

    lead: Line | None = None
    participants: tuple[Participant, ...] = ()


class Labels(Value):
    """Free tags, and restricted tags that decide who may read the content."""

    tags: tuple[Word, ...] = ()
    restricted: tuple[Word, ...] = ()


class Mail(Value):
    """Where a mail stands in its conversation, and where its date was taken from."""

    message_id: Text
    direction: Direction
    thread_id: Text
    in_reply_to: Text | None = None
    date_source: Line = "date"


class Record(Value):
    """The whole of what one interaction records. `word` is the caller's own word for its kind."""

    kind: Kind
    word: Word | None = None
    when: When
    said: Said = Said()
    place: Place = Place()
    follow_up: FollowUp = FollowUp()
    rapport: Rapport = Rapport()
    service: Service = Service()
    people: People = People()
    labels: Labels = Labels()
    mail: Mail | None = None
