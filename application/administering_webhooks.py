"""Use cases of a tenant's webhooks: commands together with what the log must not hold.

Events are published, so they only refer to addresses and secrets, which are kept beside the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from application.confidential import Keeper
from application.context import Caller
from application.ledger import Ledger, Respond
from application.ports import Answer
from application.webhook_ports import Delivery, Register, Tester
from application.webhooks import (
    AddWebhook,
    ChangeWebhook,
    DisableWebhook,
    RemoveWebhook,
    RotateSecret,
    add_webhook,
    change_webhook,
    disable_webhook,
    find_webhook,
    note_test,
    remove_webhook,
    rotate_secret,
)
from application.work import Work
from domain.errors import NotFound
from domain.streams import StreamName
from domain.webhook import Reason, Subscription


class Address(NamedTuple):
    """Where a webhook's events are sent; `origin` is the part of the URL that may be published."""

    url: str
    origin: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """All methods raise Refusal, PreconditionFailed, and the errors of the ledger and the ports."""

    ledger: Ledger
    keeper: Keeper
    register: Register
    tester: Tester
    new_secret: Callable[[], str]

    async def add(
        self,
        caller: Caller,
        address: Address,
        types: tuple[str, ...],
        description: str | None,
        respond: Respond,
    ) -> Answer:
        """Raises Conflict if the tenant has as many webhooks as it may have."""
        kinds = ("webhook", "address", "secret")
        identity, where, secret = (self.keeper.id_for(caller, kind) for kind in kinds)
        subscription = Subscription(
            origin=address.origin, address=where, types=types, description=description
        )
        async with self.register.adding(caller.tenant) as others:
            command = AddWebhook(identity, subscription, secret, others)
            values = {where: address.url, secret: self.new_secret()}
            async with self.keeper.keeping(caller, identity, values):
                return await self.ledger.carry_out(caller, add_webhook, command, respond)

    async def change(
        self,
        caller: Caller,
        command: ChangeWebhook,
        shown: UUID,
        address: Address | None = None,
    ) -> None:
        """`address` None leaves the address as it is, and so does the one kept under `shown`, the
        reference to the address that the caller has seen."""
        identity, tenant = command.webhook_id, caller.tenant
        values: dict[UUID, str] = {}
        replaced: set[UUID] = set()
        known = {} if address is None else await self.keeper.values.known(tenant, [shown])
        if address and known.get(shown) != address.url:
            where = self.keeper.new_id()
            values[where] = address.url
            fields = {**command.fields, "address": where, "origin": address.origin}
            command = replace(command, fields=fields)

        async def changing(work: Work, command: ChangeWebhook) -> StreamName:
            # Not the address shown: another change may have come between.
            replaced.add((await find_webhook(work, identity)).state.subscription.address)
            return await change_webhook(work, command)

        async with self.keeper.keeping(caller, identity, values):
            await self.ledger.carry_out(caller, changing, command, _nothing)
        if values:
            await self.keeper.values.forget(tenant, replaced)

    async def rotate_secret(
        self, caller: Caller, webhook: UUID, overlap: timedelta, respond: Respond
    ) -> Answer:
        """Make a new secret; the one before goes on signing for `overlap`."""
        secret = self.keeper.id_for(caller, "secret")
        command = RotateSecret(webhook, secret, overlap)
        async with self.keeper.keeping(caller, webhook, {secret: self.new_secret()}):
            return await self.ledger.carry_out(caller, rotate_secret, command, respond)

    async def test(
        self, caller: Caller, webhook: UUID, respond: Callable[[Delivery], Answer]
    ) -> Answer:
        """Send a test event now. An endpoint that answers 410 Gone disables its webhook."""
        tried = await self.tester.test(caller.tenant, webhook)
        if tried is None:
            raise NotFound("Webhook not found", code="webhook_not_found")
        if tried.status == HTTPStatus.GONE:
            command = DisableWebhook(webhook, Reason.GONE)
            unkeyed = replace(caller, key=None)
            await self.ledger.carry_out(unkeyed, disable_webhook, command, _nothing)
        answer = respond(tried)
        return await self.ledger.carry_out(caller, note_test, webhook, lambda _: answer)

    async def remove(self, caller: Caller, webhook: UUID, respond: Respond) -> Answer:
        command = RemoveWebhook(webhook)
        answer = await self.ledger.carry_out(caller, remove_webhook, command, respond)
        await self.keeper.values.forget_all(caller.tenant, webhook)
        return answer


def _nothing(_: object) -> Answer:
    return Answer(204)
