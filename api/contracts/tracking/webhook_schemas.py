"""Bodies and answers about webhooks."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from api.contracts.tracking.types import Body, Line
from api.http.models import Shown
from domain.webhook import Reason
from infrastructure.outside.addresses import LONGEST_URL
from infrastructure.publishing.event_types import TYPES
from projections.webhooks.model import WebhookRow

DAY, WEEK = 24 * 3600, 7 * 24 * 3600


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError("There is no event of this type.")
    return name


def _once(types: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(types))


Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
Type = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": sorted(TYPES)})]
Types = Annotated[list[Type], Field(max_length=100), AfterValidator(_once)]
READ_ONLY = frozenset("id secret disabledReason failingSince createdAt updatedAt".split())


class NewWebhook(Body):
    """Where to, and which types of events; none means all of them."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY | {"enabled"}

    url: Url
    types: Types = Field(default_factory=list)
    description: Line | None = None


class WebhookChanges(Body):
    """The fields to change; a field that is left out stays."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY

    url: Url = ""
    types: Types = Field(default_factory=list)
    description: Line | None = None
    enabled: bool = True


class Rotation(Body):
    """For how long, in seconds, the secrets before the new one go on signing."""

    overlap_seconds: Annotated[int, Field(ge=0, le=WEEK)] = DAY


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
