"""Commands about a tenant's tactics, one handler each, and which tactics it may record.

Built-in tactics have no events. For a tenant that hasn't touched one, it is at version and
position 0, so that `If-Match` and the append treat it like any other.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from application.entity import Entity
from application.envelope import Actor, Envelope
from application.work import Work
from domain.errors import Invalid, NotFound
from domain.streams import StreamName
from domain.tactic import BUILT_IN, BUILT_IN_SINCE, Guidance, Tactic

ORIGIN = Envelope(UUID(int=0), BUILT_IN_SINCE, Actor(id="kith", name="kith"), "kith", "")


@dataclass(frozen=True, slots=True)
class AddTactic:
    guidance: Guidance


@dataclass(frozen=True, slots=True)
class ChangeTactic:
    """`revise` makes the new guidance from the old one; `hidden` None leaves that as it is."""

    tactic_id: UUID
    revise: Callable[[Guidance], Guidance]
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class HideTactic:
    tactic_id: UUID


async def add_tactic(work: Work, command: AddTactic) -> StreamName:
    identity = work.new_id(Tactic.kind)
    return work.begin(Tactic.kind, identity, Tactic.add(identity, command.guidance))


async def change_tactic(work: Work, command: ChangeTactic) -> StreamName:
    entity = await _tactic(work, command.tactic_id)
    work.check_version(entity)
    state = entity.state
    events = state.change(command.revise(state.guidance))
    if command.hidden is not None:
        events += state.hide() if command.hidden else state.show()
    return work.go_on(entity, events)


async def hide_tactic(work: Work, command: HideTactic) -> StreamName:
    entity = await _tactic(work, command.tactic_id)
    work.check_version(entity)
    return work.go_on(entity, entity.state.hide())


async def check_offered(work: Work, tactics: Iterable[UUID]) -> None:
    """Raises Invalid for the first tactic that the tenant doesn't have, or has hidden."""
    named = tuple(tactics)
    known = await asyncio.gather(*(_known(work, identity) for identity in named))
    for number, entity in enumerate(known):
        if entity is None or entity.state.hidden:
            said = "There is no tactic" if entity is None else "No longer offered is the tactic"
            raise Invalid(
                f"{said} {named[number]}", code="unknown_tactic", field=f"rapport.tactics.{number}"
            )


async def _tactic(work: Work, identity: UUID) -> Entity[Tactic]:
    entity = await _known(work, identity)
    if entity is None:
        raise NotFound("Tactic not found", code="tactic_not_found")
    return entity


async def _known(work: Work, identity: UUID) -> Entity[Tactic] | None:
    entity = await work.load(Tactic.kind, identity)
    if entity is None and identity in BUILT_IN:
        stream = StreamName(work.tenant, Tactic.kind, identity)
        entity = Entity(stream, Tactic.built_in(identity), 0, 0, ORIGIN, ORIGIN)
        work.loaded[stream] = entity
    return entity
