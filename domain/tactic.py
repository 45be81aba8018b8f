"""A rapport tactic of a tenant: one it added, or a built-in one that it changed or hid.

The stream of a built-in tactic begins with the tenant's first change to it.
Event names and fields are storage formats and an API: versioned with care.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from typing import ClassVar
from uuid import UUID

from domain.changes import apply, difference
from domain.event import Changes, Event, Value
from domain.fields import Name, Text


class Discipline(StrEnum):
    """The domains of research that tactics come from (the rapport document)."""

    COMMUNICATION_STUDIES = "Communication Studies"
    SOCIAL_PSYCHOLOGY = "Social Psychology"
    PERSUASION_AND_INFLUENCE = "Persuasion and Influence"


class Guidance(Value):
    """A tactic's description, and the findings of research about the tactic."""

    name: Name
    """The tactic's name."""
    domain: Discipline
    """The field of research it comes from."""
    description: Text
    """A description of the tactic."""
    evidence: Text | None = None
    """The findings of research about the tactic."""


CATALOGUE = json.loads(files("domain.catalogue").joinpath("tactics.json").read_text("utf-8"))
"""The built-in tactics, the first two of them those of the rapport document. Names and texts may
be improved; ids stay, and no tactic is ever taken out."""

BUILT_IN = {UUID(tactic["id"]): Guidance.model_validate(tactic) for tactic in CATALOGUE}
"""The catalogue that all tenants share, in its order."""

BUILT_IN_SINCE = datetime(2023, 10, 27, 10, tzinfo=UTC)
"""When the built-in tactics were made (the rapport document)."""


# Events


class _WithId(Event):
    tactic_id: UUID
    """The tactic: the id in the subject, too."""


class TacticAdded(_WithId):
    """A tenant added a tactic of its own."""

    type = "kith.tactic.added.v1"
    guidance: Guidance
    """The tactic's name, domain, description and evidence."""


class TacticChanged(Changes, _WithId):
    """A tenant's tactic was put differently: each changed field with its old and new value."""

    type = "kith.tactic.changed.v1"
    of = Guidance


class TacticHidden(_WithId):
    """The tactic isn't offered any more. What was recorded with it stays."""

    type = "kith.tactic.hidden.v1"


class TacticShown(_WithId):
    """A hidden tactic is offered again."""

    type = "kith.tactic.shown.v1"


# State


@dataclass(frozen=True, slots=True)
class Tactic:
    kind: ClassVar[str] = "tactic"

    id: UUID
    guidance: Guidance
    hidden: bool = False

    @staticmethod
    def evolve(state: "Tactic | None", event: Event) -> "Tactic":
        match event:
            case TacticAdded():
                return Tactic(event.tactic_id, event.guidance)
            case TacticChanged():
                state = state or Tactic.built_in(event.tactic_id)
                return replace(state, guidance=apply(state.guidance, event.changes))
            case TacticHidden() | TacticShown():
                state = state or Tactic.built_in(event.tactic_id)
                return replace(state, hidden=isinstance(event, TacticHidden))
        raise TypeError(f"{event.type} is no event of a tactic")

    @staticmethod
    def built_in(identity: UUID) -> "Tactic":
        """A built-in tactic that the tenant has neither changed nor hidden."""
        return Tactic(identity, BUILT_IN[identity])

    # Decisions

    @staticmethod
    def add(identity: UUID, guidance: Guidance) -> list[Event]:
        return [TacticAdded(tactic_id=identity, guidance=guidance)]

    def change(self, guidance: Guidance) -> list[Event]:
        changes = difference(self.guidance, guidance)
        return [TacticChanged(tactic_id=self.id, changes=changes)] if changes else []

    def hide(self) -> list[Event]:
        return [] if self.hidden else [TacticHidden(tactic_id=self.id)]

    def show(self) -> list[Event]:
        return [TacticShown(tactic_id=self.id)] if self.hidden else []
