"""Bodies of this contract, and how they become records and changes of records."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import Field

from api.contracts.clients import facts
from api.contracts.clients.types import (
    MOST_HOURS,
    AnswerBody,
    Body,
    Day,
    Duration,
    NotDeleted,
    Number,
    Place,
    Text,
)
from api.contracts.clients.words import KINDS, InteractionType
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
        when = When(at=_start(self.dateOfInteraction), whole_day=True)
        return Record(
            kind=KINDS[self.interactionType],
            word=self.interactionType,
            when=_lasting(when, self.duration),
            said=Said(description=self.description),
            place=RecordPlace(location=self.location),
            service=Service(service_id=self.serviceId, answers=_answers(self.customQuestions)),
            labels=Labels(restricted=tags),
        )


class InteractionChanges(Body):
    """What is to be different: what is left out stays, null clears what may be null."""

    serviceId: Number | None = None
    interactionType: InteractionType = "inPerson"
    description: Text | None = None
    dateOfInteraction: Day = None
    duration: Duration | None = None
    location: Place | None = None
    customQuestions: Answers | None = None
    isDeleted: NotDeleted = False

    def revise(self, record: Record, tags: tuple[str, ...]) -> Record:
        """The record with what differs from what was shown of it, and with these restricted tags.

        Raises Invalid.
        """
        was = facts.of_record(record)
        given = self.model_fields_set
        update: dict[str, Any] = {}
        if "interactionType" in given and self.interactionType != was.interaction_type:
            update |= {"kind": KINDS[self.interactionType], "word": self.interactionType}
        if "description" in given and self.description != was.description:
            update["said"] = record.said.model_copy(update={"description": self.description})
        if "location" in given and self.location != was.location:
            update["place"] = record.place.model_copy(update={"location": self.location})
        when = record.when
        if "dateOfInteraction" in given and self.dateOfInteraction != was.day:
            when = when.moved(_start(self.dateOfInteraction), whole_day=True)
        if "duration" in given and self.duration != was.seconds:
            when = _lasting(when, self.duration)
        update |= self._service(record.service, was) | _tagged(record.labels, tags)
        return record.model_copy(update=update | {"when": when})

    def _service(self, service: Service, was: facts.Facts) -> dict[str, Any]:
        update: dict[str, Any] = {}
        if "serviceId" in self.model_fields_set and self.serviceId != was.service_id:
            if self.serviceId is None:
                raise Invalid("It can't be taken away", field="service.service_id")
            update["service_id"] = self.serviceId
        if "customQuestions" in self.model_fields_set:
            update["answers"] = _answers(self.customQuestions)
        return {"service": service.model_copy(update=update)} if update else {}


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _lasting(when: When, seconds: int | None) -> When:
    if seconds == 0:
        raise Invalid("It has to be longer than 0:00:00; null if it isn't known", field="when.end")
    if seconds is not None and seconds >= (MOST_HOURS + 1) * 3600:
        raise Invalid(f"It has up to {MOST_HOURS} hours", field="when.end")
    return when.model_copy(update={"ends_at": None, "duration": seconds})


def _answers(given: list[AnswerBody] | None) -> tuple[Answer, ...]:
    return tuple(
        Answer(question_id=answer.questionId, answer=answer.answer) for answer in given or ()
    )


def _tagged(labels: Labels, tags: tuple[str, ...]) -> dict[str, Labels]:
    restricted = tuple(dict.fromkeys((*labels.restricted, *tags)))
    return {"labels": labels.model_copy(update={"restricted": restricted})}
