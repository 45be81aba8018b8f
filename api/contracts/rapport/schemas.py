"""Bodies and answers of this contract, under the document's own names (the rapport document)."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.contracts.rapport.mediums import LONGEST, kind_of
from api.contracts.rapport.types import Id, Moment, Text
from api.http.models import Body, Shown
from domain.record import Place, Rapport, Record, Said, TacticUse, When


class InteractionCreate(Body):
    """An interaction with one of the user's own contacts, and the rapport afterwards."""

    contact_id: Id
    interaction_datetime: Moment
    medium: Annotated[str, Field(max_length=LONGEST)] | None = None
    topic: Annotated[str, Field(max_length=500)] | None = None
    user_notes: Text | None = None
    rapport_score_post: Annotated[int, Field(ge=1, le=10)] | None = None
    observed_non_verbal: Text | None = None


class InteractionTacticLogCreate(Body):
    """A tactic that was used, and how well it worked, from 1 to 5."""

    tactic_id: Id
    effectiveness_score: Annotated[int, Field(ge=1, le=5)] | None = None
    notes: Text | None = None

    def use(self) -> TacticUse:
        return TacticUse(
            tactic_id=self.tactic_id, effectiveness=self.effectiveness_score, notes=self.notes
        )


class CompleteInteraction(Body):
    """An interaction and the tactics used in it: saved together or not at all."""

    interaction: InteractionCreate
    tactic_logs: Annotated[list[InteractionTacticLogCreate], Field(max_length=200)] = Field(
        default_factory=list
    )

    def record(self) -> Record:
        said = self.interaction
        return Record(
            kind=kind_of(said.medium),
            word=said.medium or None,
            when=When(
                at=said.interaction_datetime.at, written=said.interaction_datetime.as_written
            ),
            said=Said(subject=said.topic, notes=said.user_notes),
            place=Place(medium=said.medium),
            rapport=Rapport(
                score=said.rapport_score_post,
                non_verbal=said.observed_non_verbal,
                tactics=tuple(log.use() for log in self.tactic_logs),
            ),
        )

    def twice(self) -> int | None:
        """The index of the first tactic that is logged twice, None if there is none."""
        ids = [log.tactic_id for log in self.tactic_logs]
        return next((i for i, identity in enumerate(ids) if identity in ids[:i]), None)


class PageQuery(BaseModel):
    skip: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class RapportTactic(Shown):
    name: str
    description: str
    domain: str
    id: UUID
    created_at: str
    updated_at: str


class InteractionRead(Shown):
    """`interaction_datetime` is as it was written; other times end in `Z`."""

    interaction_datetime: str
    medium: str
    topic: str | None
    user_notes: str | None
    rapport_score_post: int | None
    observed_non_verbal: str | None
    id: UUID
    created_at: str
    updated_at: str
    contact_id: UUID


class InteractionTacticLogRead(Shown):
    """`tactic_name` is the tactic's name today, even if it is no longer offered."""

    tactic_id: UUID
    tactic_name: str | None
    effectiveness_score: int | None
    notes: str | None


class InteractionReadWithTactics(InteractionRead):
    tactic_logs: list[InteractionTacticLogRead]
