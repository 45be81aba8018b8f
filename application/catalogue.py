"""Commands about a tenant's catalogue of tactics and services, one handler each.

Built-in entries have no events. For a tenant that hasn't changed one, its version and position are
0, so that `If-Match` and the append treat it like any other.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from application.context import stable_number
from application.entity import Entity
from application.envelope import Actor, Envelope
from application.work import Work
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.changes import Fields, patched
from domain.errors import Conflict, Invalid, NotFound
from domain.event import Event, Value
from domain.service import NEW, Offer, Service, built_in_id
from domain.streams import StreamName
from domain.tactic import BUILT_IN, BUILT_IN_SINCE, Guidance, Tactic

ORIGIN = Envelope(UUID(int=0), BUILT_IN_SINCE, Actor(id="kith", name="kith"), "kith", "")

MOST_BYTES = 1_000_000
"""Bytes of a tenant's own tactics, and of its own services: their lists have no pages."""

ENTRY_BYTES = 300
"""Bytes of an entry beside its texts, about."""

MOST_TACTICS = 1_000
"""Tactics used in one interaction: each is looked up."""

UNTOUCHED: dict[tuple[str, UUID], Tactic | Service] = {
    **{(Tactic.kind, identity): Tactic.built_in(identity) for identity in BUILT_IN},
    **{(Service.kind, built_in_id(number)): Service(number) for number in BUILT_IN_SERVICES},
}
"""The built-in entries by kind and id, as a tenant has them that changed nothing."""


def untouched(tenant: str, kind: str, identity: UUID) -> Entity:
    """The built-in entry as an entity of a tenant that changed nothing. Raises KeyError."""
    stream = StreamName(tenant, kind, identity)
    return Entity(stream, UNTOUCHED[kind, identity], 0, 0, ORIGIN, ORIGIN)


@dataclass(frozen=True, slots=True)
class AddTactic:
    """`others` are the bytes of the tenant's other tactics."""

    guidance: Guidance
    others: int = 0


@dataclass(frozen=True, slots=True)
class ChangeTactic:
    """`fields` of its guidance are set; `hidden` None leaves that as it is. `others` are the bytes
    of the tenant's other tactics."""

    tactic_id: UUID
    fields: Fields = field(default_factory=dict)
    hidden: bool | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class AddService:
    """A program or a question whose number is NEW is given one; a program's is that of its name.
    `others` are the bytes of the tenant's other services."""

    offer: Offer
    others: int = 0


@dataclass(frozen=True, slots=True)
class ChangeService:
    """`fields` of its offer are set. None if the offer isn't to be changed: a built-in service has
    none to change. Questions that are NEW are added, others have to be there already. `hidden` None
    leaves that as it is. `others` are the bytes of the tenant's other services."""

    service_id: UUID
    fields: Fields | None = None
    hidden: bool | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class ImportTactic:
    """The tactic keeps its id. A tactic that is there already stays as it is."""

    tactic_id: UUID
    guidance: Guidance
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ImportService:
    """It gets a number of this ledger, and so do its questions; one that is there already stays as
    it is. `number` is the one it had in the ledger it comes from, None if it had none."""

    service_id: UUID
    number: int | None
    offer: Offer
    hidden: bool


async def add_tactic(work: Work, command: AddTactic) -> StreamName:
    _check_room(None, command.guidance, command.others)
    identity = work.new_id(Tactic.kind)
    return work.begin(Tactic.kind, identity, Tactic.add(identity, command.guidance))


async def change_tactic(work: Work, command: ChangeTactic) -> StreamName:
    entity = work.checked(await _entry(work, Tactic.kind, command.tactic_id))
    guidance = patched(entity.state.guidance, command.fields)
    _check_room(entity.state.guidance, guidance, command.others)
    events = entity.state.change(guidance)
    return work.append_to(entity, events + _shown_or_hidden(entity.state, command.hidden))


async def add_service(work: Work, command: AddService) -> StreamName:
    _check_room(None, command.offer, command.others)
    offer = await _numbered(work, command.offer)
    events = Service.add(await work.number(Service.kind), offer)
    return work.begin(Service.kind, work.new_id(Service.kind), events)


async def change_service(work: Work, command: ChangeService) -> StreamName:
    entity = work.checked(await _entry(work, Service.kind, command.service_id))
    state: Service = entity.state
    events: list[Event] = []
    if command.fields is not None:
        old = state.own()
        offer = patched(old, command.fields)
        _check_room(old, offer, command.others)
        known = {NEW, *(question.id for question in old.questions)}
        if any(question.id not in known for question in offer.questions):
            raise Invalid(
                "The service has no question of this id; leave the id out to add one",
                code="unknown_question",
                field="questions",
            )
        events = state.change(await _numbered(work, offer))
    return work.append_to(entity, events + _shown_or_hidden(state, command.hidden))


async def import_tactic(work: Work, command: ImportTactic) -> StreamName:
    if known := await work.load(Tactic.kind, command.tactic_id):
        return known.stream
    if command.tactic_id in BUILT_IN:
        change = ChangeTactic(command.tactic_id, dict(command.guidance), command.hidden)
        return await change_tactic(work, change)
    events = Tactic.add(command.tactic_id, command.guidance)
    if command.hidden:
        events += Tactic.evolve(None, events[0]).hide()
    return work.begin(Tactic.kind, command.tactic_id, events)


async def import_service(work: Work, command: ImportService) -> StreamName:
    if known := await work.load(Service.kind, command.service_id):
        return known.stream
    if command.number in BUILT_IN_SERVICES:
        return await change_service(work, ChangeService(command.service_id, hidden=command.hidden))
    new = [asked.model_copy(update={"id": NEW}) for asked in command.offer.questions]
    offer = await _numbered(work, patched(command.offer, {"questions": tuple(new)}))
    events = Service.add(await work.number(Service.kind), offer)
    if command.hidden:
        events += Service.evolve(None, events[0]).hide()
    return work.begin(Service.kind, command.service_id, events)


async def _numbered(work: Work, offer: Offer) -> Offer:
    """The offer with a number for everything that is NEW."""
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


async def check_offered(work: Work, tactics: Iterable[UUID]) -> None:
    """Raises Invalid for more than MOST_TACTICS, and for the first that the tenant doesn't have, or
    has hidden."""
    named = tuple(tactics)
    if len(named) > MOST_TACTICS:
        raise Invalid(
            f"An interaction has up to {MOST_TACTICS} tactics",
            code="too_many_tactics",
            field="rapport.tactics",
        )
    known = await asyncio.gather(*(_known(work, Tactic.kind, identity) for identity in named))
    for number, entity in enumerate(known):
        if entity is None or entity.state.hidden:
            said = "There is no tactic" if entity is None else "No longer offered is the tactic"
            raise Invalid(
                f"{said} {named[number]}", code="unknown_tactic", field=f"rapport.tactics.{number}"
            )


def _check_room(old: Value | None, new: Value, others: int) -> None:
    """Raises Conflict for an entry that grows beyond MOST_BYTES together with the others."""
    size, before = _bytes(new), 0 if old is None else _bytes(old)
    if size > before and others + size > MOST_BYTES:
        raise Conflict(
            f"A tenant's own entries of a catalogue have up to {MOST_BYTES} bytes",
            code="catalogue_full",
        )


def _bytes(value: Value) -> int:
    return len(value.model_dump_json().encode()) + ENTRY_BYTES


def _shown_or_hidden(state: Tactic | Service, hidden: bool | None) -> list[Event]:
    if hidden is None:
        return []
    return state.hide() if hidden else state.show()


async def _entry(work: Work, kind: str, identity: UUID) -> Entity:
    entity = await _known(work, kind, identity)
    if entity is None:
        raise NotFound(f"{kind.capitalize()} not found", code=f"{kind}_not_found")
    return entity


async def _known(work: Work, kind: str, identity: UUID) -> Entity | None:
    entity = await work.load(kind, identity)
    if entity is None and (kind, identity) in UNTOUCHED:
        entity = untouched(work.tenant, kind, identity)
        work.loaded[entity.stream] = entity
    return entity
