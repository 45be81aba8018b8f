"""Commands about a tenant's services, one handler each.

Built-in services have no events. For a tenant that never hid one, it is at version and position 0,
so that `If-Match` and the append treat it like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from application.entity import Entity
from application.envelope import Actor, Envelope
from application.user_numbers import stable_number
from application.work import Work
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.errors import Invalid, NotFound
from domain.event import Event
from domain.service import NEW, Offer, Service, built_in_id
from domain.streams import StreamName

ORIGIN = Envelope(
    UUID(int=0), datetime(2026, 1, 1, tzinfo=UTC), Actor(id="kith", name="kith"), "kith", ""
)


@dataclass(frozen=True, slots=True)
class AddService:
    """A program or a question whose number is NEW is given one; a program's is that of its name."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class ChangeService:
    """`revise` makes the new offer from the old one, None if that isn't to change; `hidden` None
    leaves that as it is. Questions that are NEW are added, others have to be there already."""

    service_id: UUID
    revise: Callable[[Offer], Offer] | None = None
    hidden: bool | None = None


async def add_service(work: Work, command: AddService) -> StreamName:
    offer = await numbered(work, command.offer)
    events = Service.add(await work.number(Service.kind), offer)
    return work.begin(Service.kind, work.new_id(Service.kind), events)


async def change_service(work: Work, command: ChangeService) -> StreamName:
    entity = await _service(work, command.service_id)
    work.check_version(entity)
    state = entity.state
    events: list[Event] = []
    if command.revise is not None:
        old = state.own()
        offer = command.revise(old)
        known = {NEW, *(question.id for question in old.questions)}
        if any(question.id not in known for question in offer.questions):
            raise Invalid(
                "The service has no question of this id; leave the id out to add one",
                code="unknown_question",
                field="questions",
            )
        events += state.change(await numbered(work, offer))
    if command.hidden is not None:
        events += state.hide() if command.hidden else state.show()
    return work.go_on(entity, events)


async def numbered(work: Work, offer: Offer) -> Offer:
    """The offer with a number for everything that has none yet."""
    program = offer.program
    if program.id == NEW:
        # Made of the name, so that two who name a new program at once name the same one.
        program = program.model_copy(update={"id": stable_number(program.name)})
    questions = [
        question
        if question.id != NEW
        else question.model_copy(update={"id": await work.number(Service.kind)})
        for question in offer.questions
    ]
    return offer.model_copy(update={"program": program, "questions": tuple(questions)})


async def _service(work: Work, identity: UUID) -> Entity[Service]:
    entity = await work.load(Service.kind, identity)
    if entity is None:
        stream = StreamName(work.tenant, Service.kind, identity)
        number = BUILT_IN_NUMBERS.get(identity)
        if number is None:
            raise NotFound("Service not found", code="service_not_found")
        entity = Entity(stream, Service(number), 0, 0, ORIGIN, ORIGIN)
        work.loaded[stream] = entity
    return entity


BUILT_IN_NUMBERS = {built_in_id(number): number for number in BUILT_IN_SERVICES}
