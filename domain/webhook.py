"""A tenant's webhook: an address, the types of event sent to it, and the secrets that sign them.

Events are published, so they hold nothing confidential: the full address and the secrets are stored
apart, and events refer to them by id. Event names and fields are storage formats and
an API: versioned with care.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.changes import apply, difference
from domain.errors import Conflict, NotFound
from domain.event import Changes, Event, Value
from domain.fields import Line

MOST_FORMER = 4
"""The number of replaced secrets that sign beside the current one."""


class Subscription(Value):
    """`origin` is scheme, host and port of the address, `address` the reference of all of it. No
    `types` means every type of event."""

    origin: Annotated[str, Field(max_length=300)]
    """Scheme, host and port of the address."""
    address: UUID
    """The id of the whole address, which is in no event."""
    types: tuple[str, ...] = ()
    """The types of event that are sent; empty for all."""
    description: Line | None = None
    """The purpose of the webhook."""


class Reason(StrEnum):
    """Why a webhook was disabled: somebody wished it, the endpoint answered 410 Gone, or it took
    nothing for a day."""

    REQUESTED = "requested"
    GONE = "gone"
    FAILING = "failing"


class FormerSecret(Value):
    """A secret that was replaced, and until when it signs beside the new one."""

    secret: UUID
    until: datetime


# Events


class WebhookAdded(Event):
    """A tenant subscribed to its events, from here on."""

    type = "kith.webhook.added.v1"
    subscription: Subscription
    """The types of event that are sent, and the address."""
    secret: UUID
    """The id of the secret that signs; the secret itself is in no event."""


class WebhookChanged(Changes):
    """A subscription was changed: each changed field with its old and new value."""

    type = "kith.webhook.changed.v1"
    of = Subscription


class WebhookSecretRotated(Event):
    """A new secret signs. The one before signs as well until `former_until`, and none longer."""

    type = "kith.webhook.secret-rotated.v1"
    secret: UUID
    """The id of the secret that signs from now on."""
    former_until: datetime
    """Until when the one before signs as well."""


class WebhookDisabled(Event):
    """Nothing is sent any more; what was waiting to be sent is given up."""

    type = "kith.webhook.disabled.v1"
    reason: Reason
    """The reason: the tenant's request, a 410 Gone, or a day of failures."""


class WebhookEnabled(Event):
    """Events are sent again, from here on."""

    type = "kith.webhook.enabled.v1"


class WebhookReplayRequested(Event):
    """The events after a position are to be sent again, up to this one; of a single `delivery`,
    the one event of it, whatever its type."""

    type = "kith.webhook.replay-requested.v1"
    after: int
    """The position after which it begins."""
    delivery: UUID | None = None
    """The one delivery that is sent again, where it is only that."""


class WebhookRemoved(Event):
    """The subscription ended."""

    type = "kith.webhook.removed.v1"


# State


@dataclass(frozen=True, slots=True)
class Webhook:
    """`replays` counts those asked for, but of single deliveries."""

    kind: ClassVar[str] = "webhook"

    subscription: Subscription
    secret: UUID
    former: tuple[FormerSecret, ...] = ()
    disabled: Reason | None = None
    removed: bool = False
    replays: int = 0

    @staticmethod
    def evolve(state: "Webhook | None", event: Event) -> "Webhook":
        if isinstance(event, WebhookAdded):
            return Webhook(event.subscription, event.secret)
        assert state is not None
        match event:
            case WebhookChanged():
                return replace(state, subscription=apply(state.subscription, event.changes))
            case WebhookSecretRotated():
                return state._rotated(event)
            case WebhookDisabled():
                return replace(state, disabled=event.reason)
            case WebhookEnabled():
                return replace(state, disabled=None)
            case WebhookReplayRequested():
                return replace(state, replays=state.replays + (event.delivery is None))
            case WebhookRemoved():
                return replace(state, removed=True)
        raise TypeError(f"{event.type} is no event of a webhook")

    def _rotated(self, event: WebhookSecretRotated) -> "Webhook":
        until = event.former_until
        former = tuple(
            FormerSecret(secret=each.secret, until=min(each.until, until)) for each in self.former
        )
        latest = FormerSecret(secret=self.secret, until=until)
        return replace(self, secret=event.secret, former=(latest, *former)[:MOST_FORMER])

    @property
    def enabled(self) -> bool:
        return self.disabled is None and not self.removed

    # Decisions

    @staticmethod
    def add(subscription: Subscription, secret: UUID) -> list[Event]:
        return [WebhookAdded(subscription=subscription, secret=secret)]

    def change(self, subscription: Subscription) -> list[Event]:
        changes = difference(self.present().subscription, subscription)
        return [WebhookChanged(changes=changes)] if changes else []

    def rotate(self, secret: UUID, overlap: timedelta, now: datetime) -> list[Event]:
        self.present()
        return [WebhookSecretRotated(secret=secret, former_until=now + overlap)]

    def disable(self, reason: Reason) -> list[Event]:
        return [] if self.present().disabled else [WebhookDisabled(reason=reason)]

    def enable(self) -> list[Event]:
        return [WebhookEnabled()] if self.present().disabled else []

    def replay(self, after: int, delivery: UUID | None = None, *, finished: int = 0) -> list[Event]:
        """`finished` is the number of replays that are over: there is one at a time. Those of
        single deliveries don't count, and don't wait."""
        if self.present().disabled:
            raise Conflict("A disabled webhook has to be enabled first", code="webhook_disabled")
        if delivery is None and self.replays > finished:
            detail = "A replay of this webhook is under way; the next one has to wait for its end"
            raise Conflict(detail, code="replay_under_way")
        return [WebhookReplayRequested(after=after, delivery=delivery)]

    def remove(self) -> list[Event]:
        self.present()
        return [WebhookRemoved()]

    def present(self) -> "Webhook":
        """This webhook. Raises NotFound if it was removed."""
        if self.removed:
            raise NotFound("Webhook not found", code="webhook_not_found")
        return self
