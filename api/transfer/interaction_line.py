"""An interaction as a line of an import: the keys of its document, whichever contract recorded it.

The inverse of projections.timeline.document: a record shown there is made a record again here.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.interaction_fields import with_fields
from api.contracts.tracking.interaction_schemas import NewInteraction
from api.contracts.tracking.types import Id, Line
from application.interactions import ImportInteraction
from projections.timeline.field import Origin
from projections.timeline.shape import keys

PLANNING = frozenset({"sites", "import"})
"""The contracts whose records may lie in the future: only exported lines name a contract."""


@with_fields(Origin.OTHERS)
class InteractionLine(NewInteraction):
    """`contactId` has to be there, and is null for a record that is with nobody.

    Some contracts allow longer durations and more tags than the native one.
    """

    read_only: ClassVar[frozenset[str]] = keys(Origin.SERVER) - {"id", "contract", "redacted"} | {
        "type"
    }

    contact_id: Id | None
    duration: Annotated[int, Field(ge=0)] | None = None
    id: Id | None = None
    contract: Line | None = None
    redacted: bool = False
    tags: list[Annotated[str, Field(min_length=1, max_length=100)]] | None = None

    def command(self, own_id: UUID) -> ImportInteraction:
        may_plan = self.contract in PLANNING
        return ImportInteraction(self.id or own_id, self.contact_id, self.record(), may_plan)
