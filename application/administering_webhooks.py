"""Use cases of a tenant's webhooks: commands together with what the log must not hold.

Events are published, so they only refer to addresses and secrets. These are kept beside the log,
just before the append of the event that refers to them. The ledger may decide a command several
times: nothing that it repeats does I/O.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID, uuid5

from application.context import Caller
from application.errors import PreconditionFailed
from application.ledger import Ledger, Respond
from application.ports import Answer, NewId
from application.webhook_ports import Confidential, Delivery, Register, Tester
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
from domain.errors import NotFound, Refusal
from domain.streams import StreamName
from domain.webhook import Reason, Subscription

KEPT = UUID("0d4f8c1e-52c7-5f0b-9d1a-6f1f0c3c7a52")
"""The namespace of ids that an idempotency key decides."""


class Address(NamedTuple):
    """Where a webhook's events are sent; `origin` is the part of the URL that may be published."""

    url: str
    origin: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """All methods raise Refusal, PreconditionFailed, and the errors of the ledger and the ports."""

    ledger: Ledger
    confidential: Confidential
    register: Register
    tester: Tester
    new_id: NewId
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
        identity, where, secret = (self._id(caller, kind) for kind in kinds)
        subscription = Subscription(
            origin=address.origin, address=where, types=types, description=description
        )
        async with self.register.adding(caller.tenant) as others:
            command = AddWebhook(identity, subscription, secret, others)
            values = {where: address.url, secret: self.new_secret()}
            async with self._keeping(caller, identity, values):
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
        known = {} if address is None else await self.confidential.known(tenant, [shown])
        if address and known.get(shown) != address.url:
            where = self.new_id()
            values[where] = address.url
            fields = {**command.fields, "address": where, "origin": address.origin}
            command = replace(command, fields=fields)

        async def changing(work: Work, command: ChangeWebhook) -> StreamName:
            # Not the address shown: another change may have come between.
            replaced.add((await find_webhook(work, identity)).state.subscription.address)
            return await change_webhook(work, command)

        async with self._keeping(caller, identity, values):
            await self.ledger.carry_out(caller, changing, command, _nothing)
        if values:
            await self.confidential.forget(tenant, replaced)

    async def rotate_secret(
        self, caller: Caller, webhook: UUID, overlap: timedelta, respond: Respond
    ) -> Answer:
        """Make a new secret; the one before goes on signing for `overlap`."""
        secret = self._id(caller, "secret")
        command = RotateSecret(webhook, secret, overlap)
        async with self._keeping(caller, webhook, {secret: self.new_secret()}):
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
        await self.confidential.forget_all(caller.tenant, webhook)
        return answer

    @asynccontextmanager
    async def _keeping(
        self, caller: Caller, webhook: UUID, values: Mapping[UUID, str]
    ) -> AsyncIterator[None]:
        """Keep values for the command inside the block, and forget them if it is refused. Those of
        an idempotency key stay: a twin of the command in flight may rely on them."""
        for identity, value in values.items():
            await self.confidential.keep(identity, caller.tenant, webhook, value)
        try:
            yield
        except (Refusal, PreconditionFailed):
            if caller.key is None and values:
                await self.confidential.forget(caller.tenant, values.keys())
            raise

    def _id(self, caller: Caller, kind: str) -> UUID:
        """An id for what a command makes. An idempotency key decides it, so that twins of the
        command keep one value."""
        key = caller.key
        if key is None:
            return self.new_id()
        return uuid5(KEPT, f"{kind}\n{key.scope}{key.digest.hex()}")


def _nothing(_: object) -> Answer:
    return Answer(204)
