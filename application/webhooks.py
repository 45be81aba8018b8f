"""Commands about a tenant's webhooks, one handler each.

Commands and events only refer to addresses and secrets; `administering_webhooks` keeps these.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from application.entity import Entity
from application.work import Work
from domain.changes import Fields, patched
from domain.errors import Conflict, NotFound
from domain.streams import StreamName
from domain.webhook import Reason, Subscription, Webhook

MOST = 100
"""Webhooks of a tenant."""


@dataclass(frozen=True, slots=True)
class AddWebhook:
    """The id is chosen beforehand, because confidential values are kept under it. `others` is the
    number of the tenant's webhooks."""

    webhook_id: UUID
    subscription: Subscription
    secret: UUID
    others: int


@dataclass(frozen=True, slots=True)
class ChangeWebhook:
    """`fields` of the subscription are set, all others stay. `enabled` is left as it is if None."""

    webhook_id: UUID
    fields: Fields = field(default_factory=dict)
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """`overlap` is for how long the former secret goes on signing."""

    webhook_id: UUID
    secret: UUID
    overlap: timedelta


@dataclass(frozen=True, slots=True)
class DisableWebhook:
    webhook_id: UUID
    reason: Reason


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    """The events after a position; of a `delivery`, only its own. `finished` is the number of the
    webhook's replays that are over."""

    webhook_id: UUID
    after: int
    delivery: UUID | None = None
    finished: int = 0


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    webhook_id: UUID


async def add_webhook(work: Work, command: AddWebhook) -> StreamName:
    if command.others >= MOST:
        raise Conflict(f"A tenant has up to {MOST} webhooks", code="too_many_webhooks")
    events = Webhook.add(command.subscription, command.secret)
    return work.begin(Webhook.kind, command.webhook_id, events)


async def change_webhook(work: Work, command: ChangeWebhook) -> StreamName:
    entity = work.checked(await find_webhook(work, command.webhook_id))
    events = entity.state.change(patched(entity.state.subscription, command.fields))
    if command.enabled is not None:
        state = entity.state
        events += state.enable() if command.enabled else state.disable(Reason.REQUESTED)
    return work.append_to(entity, events)


async def rotate_secret(work: Work, command: RotateSecret) -> StreamName:
    entity = work.checked(await find_webhook(work, command.webhook_id))
    return work.append_to(entity, entity.state.rotate(command.secret, command.overlap, work.now))


async def disable_webhook(work: Work, command: DisableWebhook) -> StreamName:
    entity = await find_webhook(work, command.webhook_id)
    return work.append_to(entity, entity.state.disable(command.reason))


async def replay_events(work: Work, command: ReplayEvents) -> StreamName:
    entity = await find_webhook(work, command.webhook_id)
    events = entity.state.replay(command.after, command.delivery, finished=command.finished)
    return work.append_to(entity, events)


async def remove_webhook(work: Work, command: RemoveWebhook) -> StreamName:
    entity = work.checked(await find_webhook(work, command.webhook_id))
    return work.append_to(entity, entity.state.remove())


async def note_test(work: Work, identity: UUID) -> StreamName:
    """A test changes nothing about the webhook; its answer is kept where there is a key."""
    return (await find_webhook(work, identity)).stream


async def find_webhook(work: Work, identity: UUID) -> Entity[Webhook]:
    """Raises NotFound, also for a webhook that was removed."""
    entity = await work.load(Webhook.kind, identity)
    if entity is None or entity.state.removed:
        raise NotFound("Webhook not found", code="webhook_not_found")
    return entity
