"""Commands about a tenant's webhooks, one handler each.

Addresses and secrets are kept by whoever gives the command: commands and events only refer to them,
because the log is told to others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from application.entity import Entity
from application.work import Work
from domain.errors import NotFound
from domain.streams import StreamName
from domain.webhook import Reason, Subscription, Webhook


@dataclass(frozen=True, slots=True)
class AddWebhook:
    """Whoever gives it chooses the id, because what is confidential is kept under it before."""

    webhook_id: UUID
    subscription: Subscription
    secret: UUID


@dataclass(frozen=True, slots=True)
class ChangeWebhook:
    """`revise` makes the new subscription from the old one; `enabled` None leaves that as it is."""

    webhook_id: UUID
    revise: Callable[[Subscription], Subscription]
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """`overlap` is how long the secret before it goes on signing."""

    webhook_id: UUID
    secret: UUID
    overlap: timedelta


@dataclass(frozen=True, slots=True)
class DisableWebhook:
    webhook_id: UUID
    reason: Reason


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    """Those after a position; of a `delivery`, only its own."""

    webhook_id: UUID
    after: int
    delivery: UUID | None = None


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    webhook_id: UUID


async def add_webhook(work: Work, command: AddWebhook) -> StreamName:
    events = Webhook.add(command.subscription, command.secret)
    return work.begin(Webhook.kind, command.webhook_id, events)


async def change_webhook(work: Work, command: ChangeWebhook) -> StreamName:
    entity = work.checked(await webhook(work, command.webhook_id))
    events = entity.state.change(command.revise(entity.state.subscription))
    if command.enabled is not None:
        state = entity.state
        events += state.enable() if command.enabled else state.disable(Reason.REQUESTED)
    return work.append_to(entity, events)


async def rotate_secret(work: Work, command: RotateSecret) -> StreamName:
    entity = work.checked(await webhook(work, command.webhook_id))
    return work.append_to(entity, entity.state.rotate(command.secret, command.overlap, work.now))


async def disable_webhook(work: Work, command: DisableWebhook) -> StreamName:
    entity = await webhook(work, command.webhook_id)
    return work.append_to(entity, entity.state.disable(command.reason))


async def replay_events(work: Work, command: ReplayEvents) -> StreamName:
    entity = await webhook(work, command.webhook_id)
    return work.append_to(entity, entity.state.replay(command.after, command.delivery))


async def remove_webhook(work: Work, command: RemoveWebhook) -> StreamName:
    entity = work.checked(await webhook(work, command.webhook_id))
    return work.append_to(entity, entity.state.remove())


async def webhook(work: Work, identity: UUID) -> Entity[Webhook]:
    """Raises NotFound, also for one that was removed."""
    entity = await work.load(Webhook.kind, identity)
    if entity is None or entity.state.removed:
        raise NotFound("Webhook not found", code="webhook_not_found")
    return entity
