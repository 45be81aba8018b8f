"""Bodies of this contract, and how they become records and changes of records."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field

from api.contracts.clients import facts
from api.contracts.clients.types import (
    MOST_HOURS,
    AnswerBody,
    Day,
    Duration,
    NotDeleted,
    Number,
    Place,
    Text,
)
from api.contracts.clients.words import KINDS, InteractionType
from api.http.models import Body
from domain.amendment import Start
from domain.changes import Fields
from domain.errors import Invalid
from domain.record import Answer, Labels, Record, Said, Service, When
from domain.record import Place as RecordPlace

Answers = Annotated[list[AnswerBody], Field(max_length=1000)]


class NewInteraction(Body):
    """A direct encounter with a client. Questions of the service may stay unanswered."""

    serviceId: Number
    interactionType: InteractionType
    description: Text | None = None
    dateOfInteraction: Day
    duration: Duration | None = None
    location: Place | None = None
    customQuestions: Answers | None = None
    isDeleted: NotDeleted = False

    def record(self, tags: tuple[str, ...]) -> Record:
        """Raises Invalid."""
        start, duration = _start(self.dateOfInteraction), _lasting(self.duration)
        return Record(
            kind=KINDS[self.interactionType],
            word=self.interactionType,
            when=When(at=start, duration=duration, whole_day=True),
            said=Said(description=self.description),
            place=RecordPlace(location=self.location),
            service=Service(service_id=self.serviceId, answers=_answers(self.customQuestions)),
            labels=Labels(restricted=tags),
        )


PATHS = {"description": "said.description", "location": "place.location"}
"""The path of each key that is set as it was sent."""


class InteractionChanges(NewInteraction):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    serviceId: Number | None = None  # type: ignore[assignment]
    interactionType: InteractionType = "inPerson"
    dateOfInteraction: Day = None

    def fields(self, document: facts.Document, tags: tuple[str, ...]) -> Fields:
        """The fields of an amendment: those that differ from the document, which is the one the
        caller is shown, and the restricted tags to add. Raises Invalid."""
        new = self.differing(facts.of_document(document))
        fields = {path: new[name] for name, path in PATHS.items() if name in new}
        if "interactionType" in new:
            fields |= {"kind": KINDS[self.interactionType], "word": self.interactionType}
        if "dateOfInteraction" in new:
            fields["when.start"] = Start(_start(self.dateOfInteraction))
            # Also of a record that began at this instant, but in a zone of another day.
            fields |= {"when.whole_day": True, "when.written": None}
        if "duration" in new:
            fields |= {"when.ends_at": None, "when.duration": _lasting(self.duration)}
        if "serviceId" in new:
            if self.serviceId is None:
                raise Invalid("It can't be taken away", field="service.service_id")
            fields["service.service_id"] = self.serviceId
        if "customQuestions" in new:
            fields["service.answers"] = _answers(self.customQuestions)
        return fields | {"labels.restricted": tags} if tags else fields


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _lasting(seconds: int | None) -> int | None:
    if seconds == 0:
        raise Invalid("It has to be longer than 0:00:00; null if it isn't known", field="when.end")
    if seconds is not None and seconds >= (MOST_HOURS + 1) * 3600:
        raise Invalid(f"It has up to {MOST_HOURS} hours", field="when.end")
    return seconds


def _answers(given: list[AnswerBody] | None) -> tuple[Answer, ...]:
    return tuple(
        Answer(question_id=answer.questionId, answer=answer.answer) for answer in given or ()
    )
