"""Bodies, queries and answers about the deliveries of webhooks, and replays."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from api.contracts.tracking.event_schemas import POSITION
from api.contracts.tracking.types import Body, Date, Id, Query, RecordShown
from api.http.models import Shown
from api.http.records import LARGEST, as_number

Outcome = Literal["pending", "delivered", "failed", "canceled"]


def _position(value: object) -> int:
    if isinstance(value, str):
        value = 0 if value == "0" else as_number(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError("A position is a whole number, 0 for the beginning of the log.")
    return value


Position = Annotated[
    Any,
    AfterValidator(_position),
    WithJsonSchema({"anyOf": [POSITION, {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"}]}),
]


class Replay(Body):
    """After a position, or since an instant."""

    after: Position | None = None
    since: Date | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Replay":
        if (self.after is None) == (self.since is None):
            raise ValueError("It names either a position (after) or an instant (since).")
        return self


class DeliveryQuery(Query):
    outcome: Outcome | None = None
    event_id: Id | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class DeliveryShown(RecordShown):
    """`position` is null for a test, `nextAttemptAt` for what has ended."""

    id: UUID
    eventId: UUID
    type: str
    position: int | None
    cause: Literal["event", "replay", "test"]
    outcome: Outcome
    attempts: int
    lastStatus: int | None = Field(validation_alias="status")
    lastError: str | None = Field(validation_alias="error")
    lastMilliseconds: int | None = Field(validation_alias="milliseconds")
    createdAt: datetime
    lastAttemptAt: datetime | None = Field(validation_alias="attempted_at")
    nextAttemptAt: datetime | None
    endedAt: datetime | None


class DeliveriesShown(Shown):
    items: list[DeliveryShown]
    next: str | None


class ReplayShown(Shown):
    """The events to be delivered again: the webhook's after a position, up to another one."""

    after: int
    upTo: int
