"""Confidential values are kept outside of what the ledger repeats, and forgotten when refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application import webhooks as commands
from application.administering_webhooks import Address, Webhooks
from application.confidential import Keeper
from application.context import Caller
from application.errors import PreconditionFailed
from application.webhook_ports import Delivery
from application.webhooks import ChangeWebhook, change_webhook
from domain.errors import Conflict
from domain.webhook import Webhook
from tests.application.confidential import Values
from tests.application.desk import Desk, id_of, show

pytestmark = pytest.mark.anyio

HERE, ELSEWHERE = "https://hooks.invalid/here", "https://hooks.invalid/elsewhere"
DAY = timedelta(days=1)


class Register:
    others = 0

    @asynccontextmanager
    async def adding(self, tenant: str) -> AsyncIterator[int]:
        yield self.others


class NoEndpoint:
    async def test(self, tenant: str, webhook: UUID) -> Delivery | None:
        return None


class Administration:
    def __init__(self, desk: Desk):
        self.desk = desk
        self.values = Values()
        self.register = Register()
        self.made = 0
        self.webhooks = Webhooks(
            desk.ledger, Keeper(self.values, uuid4), self.register, NoEndpoint(), self._secret
        )

    def _secret(self) -> str:
        self.made += 1
        return f"whsec_{self.made}"

    def caller(self, key: str | None = None, if_match: int | None = None) -> Caller:
        match = None if if_match is None else frozenset({if_match})
        named = self.desk.key(key, path="/api/webhooks") if key else None
        return Caller(self.desk.principal, "tracking", "req-1", key=named, if_match=match)

    async def add(self, key: str | None = None) -> UUID:
        address = Address(HERE, "https://hooks.invalid")
        return id_of(await self.webhooks.add(self.caller(key), address, (), None, show))

    async def move(self, webhook: UUID, url: str) -> None:
        state: Webhook = await self.desk.state(Webhook.kind, webhook)
        shown, address = state.subscription.address, Address(url, "https://hooks.invalid")
        await self.webhooks.change(self.caller(), ChangeWebhook(webhook), shown, address)

    @property
    def known(self) -> list[str]:
        return sorted(self.values.values.values())


@pytest.fixture
def administration(here: Desk) -> Administration:
    return Administration(here)


async def test_a_webhook_that_is_one_too_many_leaves_no_values(administration):
    administration.register.others = commands.MOST
    with pytest.raises(Conflict):
        await administration.add()
    assert administration.known == []


async def test_a_refused_rotation_leaves_no_secret(administration):
    webhook = await administration.add()
    caller = administration.caller(if_match=10**9)
    with pytest.raises(PreconditionFailed):
        await administration.webhooks.rotate_secret(caller, webhook, DAY, show)
    assert administration.known == [HERE, "whsec_1"]


async def test_a_refused_rotation_under_a_key_keeps_its_secret_for_a_twin(administration):
    webhook = await administration.add()
    refused = administration.caller("k", if_match=10**9)
    with pytest.raises(PreconditionFailed):
        await administration.webhooks.rotate_secret(refused, webhook, DAY, show)
    twin = administration.caller("k")
    await administration.webhooks.rotate_secret(twin, webhook, DAY, show)
    state: Webhook = await administration.desk.state(Webhook.kind, webhook)
    assert administration.values.values[state.secret] == "whsec_2"


async def test_a_change_that_is_decided_again_keeps_its_address_once(administration, there):
    webhook, desk = await administration.add(), administration.desk
    command = ChangeWebhook(webhook, {"description": "meanwhile"})
    desk.log.meanwhile.append(lambda: there.does(change_webhook, command))
    await administration.move(webhook, ELSEWHERE)
    assert len(desk.log.jobs) == 3  # the addition, a conflict, the change
    assert administration.values.kept[ELSEWHERE] == 1
    assert administration.known == [ELSEWHERE, "whsec_1"]


async def test_the_address_shown_is_no_new_address(administration):
    webhook = await administration.add()
    await administration.move(webhook, HERE)
    assert len(await administration.desk.events()) == 1
    assert administration.values.kept[HERE] == 1
