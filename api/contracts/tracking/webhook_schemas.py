"""Bodies and answers about webhooks and their deliveries."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import to_json

from api.contracts.tracking.event_schemas import POSITION
from api.contracts.tracking.types import Body, Date, Id, Line, Query
from api.http.models import Shown
from api.http.records import LARGEST, as_number
from application.webhook_ports import Delivery
from domain.changes import Fields
from domain.webhook import Reason
from infrastructure.publishing.event_types import TYPES
from infrastructure.webhooks.addresses import LONGEST_URL
from projections.webhooks.model import WebhookRow

DAY, WEEK = 24 * 3600, 7 * 24 * 3600

Outcome = Literal["pending", "delivered", "failed", "canceled"]


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError("There is no event of this type.")
    return name


def _once(types: list[str]) -> list[str]:
    return list(dict.fromkeys(types))


def _position(value: object) -> int:
    if isinstance(value, str):
        value = 0 if value == "0" else as_number(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError("A position is a whole number, 0 for the beginning of the log.")
    return value


Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
Type = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": sorted(TYPES)})]
Types = Annotated[list[Type], Field(max_length=100), AfterValidator(_once)]
Position = Annotated[
    Any,
    AfterValidator(_position),
    WithJsonSchema({"anyOf": [POSITION, {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"}]}),
]

READ_ONLY = frozenset("id secret disabledReason failingSince createdAt updatedAt".split())


class NewWebhook(Body):
    """Where to, and which types of events; none means all of them."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY | {"enabled"}

    url: Url
    types: Types = Field(default_factory=list)
    description: Line | None = None


class WebhookChanges(Body):
    """What is to be different: what is left out stays."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY

    url: Url = ""
    types: Types = Field(default_factory=list)
    description: Line | None = None
    enabled: bool = True

    def fields(self) -> Fields:
        """The changed fields of the subscription but for its address."""
        fields = {"types": tuple(self.types), "description": self.description}
        return {name: fields[name] for name in fields.keys() & self.model_fields_set}


class Rotation(Body):
    """For how long, in seconds, the secrets before the new one go on signing."""

    overlap_seconds: Annotated[int, Field(ge=0, le=WEEK)] = DAY


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


class WebhookShown(Shown):
    """`disabledReason` is null while it is enabled. `failingSince` is when the endpoint first
    failed of which nothing has been taken since."""

    id: UUID
    url: str
    types: list[str]
    description: str | None
    enabled: bool
    disabledReason: Reason | None
    failingSince: datetime | None
    createdAt: datetime
    updatedAt: datetime


class WebhookCreated(WebhookShown):
    """With its secret, which is shown this once. It is null if the request is repeated under its
    key after the webhook has ended."""

    secret: str | None


class WebhooksShown(Shown):
    items: list[WebhookShown]


class SecretShown(Shown):
    """The new secret, shown this once, and until when those before it sign beside it. It is null if
    the request is repeated under its key after the webhook has ended."""

    secret: str | None
    formerUntil: datetime


class DeliveryShown(Shown):
    """`position` is null for a test, `nextAttemptAt` for what has ended."""

    id: UUID
    eventId: UUID
    type: str
    position: int | None
    cause: Literal["event", "replay", "test"]
    outcome: Outcome
    attempts: int
    lastStatus: int | None
    lastError: str | None
    lastMilliseconds: int | None
    createdAt: datetime
    lastAttemptAt: datetime | None
    nextAttemptAt: datetime | None
    endedAt: datetime | None


class DeliveriesShown(Shown):
    items: list[DeliveryShown]
    next: str | None


class ReplayShown(Shown):
    """What will be delivered again: the webhook's events after a position, up to another one."""

    after: int
    upTo: int


def webhook_shown(
    row: WebhookRow, url: str, failing_since: datetime | None = None
) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": url,
        "types": row.types,
        "description": row.description,
        "enabled": row.disabled is None,
        "disabledReason": row.disabled,
        "failingSince": failing_since,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def delivery_json(row: Delivery) -> str:
    pending = row.outcome == "pending"
    return to_json(
        {
            "id": row.id,
            "eventId": row.event_id,
            "type": row.type,
            "position": row.position,
            "cause": row.cause,
            "outcome": row.outcome,
            "attempts": row.attempts,
            "lastStatus": row.status,
            "lastError": row.error,
            "lastMilliseconds": row.milliseconds,
            "createdAt": row.created_at,
            "lastAttemptAt": row.attempted_at,
            "nextAttemptAt": row.due_at if pending else None,
            "endedAt": row.ended_at,
        }
    ).decode()
