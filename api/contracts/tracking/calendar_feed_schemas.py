"""Answers about calendar feeds."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.http.models import Shown
from infrastructure.calendars.feeds import Feed


class FeedQuery(BaseModel):
    """`all` are everybody's feeds, revoked ones among them; it needs `admin`."""

    model_config = ConfigDict(extra="ignore")

    all: Annotated[bool, Field(description="Everybody's, with those revoked. Needs admin.")] = False


class FeedShown(Shown):
    """`createdBy` is its user, whose meetings it shows; `revokedBy` is a user's id."""

    id: UUID
    createdAt: datetime
    createdBy: dict[str, Any]
    revokedAt: datetime | None
    revokedBy: str | None


class FeedCreated(FeedShown):
    """With its address, which is shown this once. It is null if the request is repeated."""

    url: str | None


class FeedsShown(Shown):
    items: list[FeedShown]


def feed_shown(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "createdAt": feed.created_at,
        "createdBy": {"id": feed.user_id, "name": feed.user_name},
        "revokedAt": feed.revoked_at,
        "revokedBy": feed.revoked_by,
    }
