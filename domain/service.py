"""A service that clients receive, with its program and what is asked about each delivery of it.

Built-in services are shared by all tenants and never changed; a tenant adds its own, and may hide
either (the clients document, serviceId and customQuestions). A stream holds a tenant's own service,
or whether the tenant shows a built-in one.

Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from domain.changes import apply, difference
from domain.errors import Conflict, Invalid
from domain.event import Changes, Event, Value
from domain.fields import Line, Name, Text

BUILT_IN = UUID("0f6a3c1e-52c1-5d0b-9a55-5b0c1f0f7d13")
"""The namespace of the streams about built-in services."""

NEW = 0
"""The number of a program or question that is yet to be numbered."""


class QuestionType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    SELECT = "select"
    DATE = "date"


class Question(Value):
    """Something asked about a delivery. `options` are what a select lets one choose from."""

    id: int
    """Its number in the service."""
    type: QuestionType
    """The type of its answers."""
    label: Name
    """The question as it is put."""
    options: tuple[Line, ...] = ()
    """The options of a select."""


class Program(Value):
    """A program under which a tenant runs services."""

    id: int
    """Its number in the tenant."""
    name: Name
    """Its name."""


class Offer(Value):
    """A service as it is offered. One that isn't `active` is still known by its number."""

    name: Name
    """The service's name."""
    description: Text | None = None
    """A description of the service."""
    program: Program
    """The program under which the service runs."""
    active: bool = True
    """True if the service is delivered at present."""
    questions: tuple[Question, ...] = ()
    """The questions asked about each delivery."""


# Events


class _WithNumber(Event):
    number: int
    """The service's number, by which records name it in `service_id`."""


class ServiceAdded(_WithNumber):
    """A tenant added a service of its own."""

    type = "kith.service.added.v1"
    offer: Offer
    """The service as it is offered."""


class ServiceChanged(Changes):
    """A tenant's own service was changed: each changed field with its old and new value."""

    type = "kith.service.changed.v1"
    of = Offer


class ServiceHidden(_WithNumber):
    """A service left the tenant's list. Records that name it keep its number."""

    type = "kith.service.hidden.v1"


class ServiceShown(_WithNumber):
    """A hidden service came back."""

    type = "kith.service.shown.v1"


# State


@dataclass(frozen=True, slots=True)
class Service:
    """`offer` is None for a built-in service, which a tenant can only hide and show."""

    kind: ClassVar[str] = "service"

    number: int
    offer: Offer | None = None
    hidden: bool = False

    @staticmethod
    def evolve(state: "Service | None", event: Event) -> "Service":
        match event:
            case ServiceAdded():
                return Service(event.number, event.offer)
            case ServiceHidden():
                return replace(state or Service(event.number), hidden=True)
        assert state is not None
        match event:
            case ServiceChanged():
                assert state.offer is not None
                return replace(state, offer=apply(state.offer, event.changes))
            case ServiceShown():
                return replace(state, hidden=False)
        raise TypeError(f"{event.type} is no event of a service")

    # Decisions

    @staticmethod
    def add(number: int, offer: Offer) -> list[Event]:
        check_offer(offer)
        return [ServiceAdded(number=number, offer=offer)]

    def own(self) -> Offer:
        """The offer of a tenant's own service. Raises Conflict for a built-in one."""
        if self.offer is None:
            raise Conflict("A built-in service can't be changed, only hidden", code="built_in")
        return self.offer

    def change(self, offer: Offer) -> list[Event]:
        changes = difference(self.own(), offer)
        if not changes:
            return []
        check_offer(offer)
        _same_types(self.own().questions, offer.questions)
        return [ServiceChanged(changes=changes)]

    def hide(self) -> list[Event]:
        return [] if self.hidden else [ServiceHidden(number=self.number)]

    def show(self) -> list[Event]:
        return [ServiceShown(number=self.number)] if self.hidden else []


def built_in_id(number: int) -> UUID:
    """The id of a tenant's stream about a built-in service."""
    return uuid5(BUILT_IN, str(number))


def check_offer(offer: Offer) -> None:
    """Raise Invalid unless the ids of questions differ, selects have options that differ, and other
    questions have none."""
    ids = [question.id for question in offer.questions]
    if len(set(ids)) != len(ids):
        raise Invalid("A question is there twice", code="question_twice", field="questions")
    for question in offer.questions:
        options = question.options
        if bool(options) != (question.type == QuestionType.SELECT):
            raise Invalid(
                "A select has options, other questions have none", code="options", field="questions"
            )
        if len(set(options)) != len(options):
            raise Invalid("An option is there twice", code="option_twice", field="questions")


def _same_types(old: tuple[Question, ...], new: tuple[Question, ...]) -> None:
    types = {question.id: question.type for question in old}
    if any(types.get(question.id, question.type) != question.type for question in new):
        raise Invalid(
            "A question keeps its type, because answers to it are kept; ask another one",
            code="question_type",
            field="questions",
        )
