"""Bodies and answers about rapport tactics."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator

from api.contracts.tracking.types import Body, Name, RecordShown, Text, Time
from api.contracts.tracking.types import Reason as Description
from api.http.models import Shown
from domain.tactic import Discipline

Domain = Annotated[
    Literal["Communication Studies", "Social Psychology", "Persuasion and Influence"],
    AfterValidator(Discipline),
]


class NewTactic(Body):
    """A practice, the domain of research that it comes from, and its evidence."""

    read_only: ClassVar[frozenset[str]] = frozenset("id builtIn createdAt updatedAt".split())

    name: Name
    domain: Domain
    description: Description
    evidence: Text | None = None


class TacticChanges(Body):
    """The fields to change; a field that is left out stays. A hidden tactic isn't offered."""

    read_only: ClassVar[frozenset[str]] = NewTactic.read_only

    name: Name = ""
    domain: Domain = "Communication Studies"
    description: Description = ""
    evidence: Text | None = None
    hidden: bool = False


class TacticShown(RecordShown):
    id: UUID
    name: str
    domain: Domain
    description: str
    evidence: str | None
    builtIn: bool
    hidden: bool
    createdAt: Time
    updatedAt: Time


class TacticsShown(Shown):
    """The built-in tactics, then the tenant's own."""

    items: list[TacticShown]
