"""A webhook's secrets and headers end with the webhook, also after a crash in between."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from infrastructure.webhooks.queue import Queue
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.webhooks.support import (
    LOGGED,
    dispatching,
    ended,
    outcomes,
    subscribe,
    values_of,
)

pytestmark = pytest.mark.anyio

URL = "https://hooks.invalid/"


async def kept(opened: Ledger) -> list[str]:
    rows = await opened.rows("SELECT id FROM webhook_confidential")
    return sorted((await values_of(opened).known("1", [row[0] for row in rows])).values())


async def later(opened: Ledger, time: timedelta) -> None:
    fetch = fetching(opened.pool)
    await fetch("UPDATE webhook_confidential SET created_at = created_at - %s RETURNING 1", (time,))
    await Queue(opened.pool).forget()


async def test_a_secret_kept_after_its_webhooks_removal_is_forgotten(opened):
    ended = await subscribe(opened, URL, secret="whsec_1")
    await subscribe(opened, URL, secret="whsec_2")
    await opened.append(ended.stream, ended, *ended.state.remove())
    await values_of(opened).keep(uuid7(), "1", ended.id, "whsec_3")
    assert await kept(opened) == [URL, URL, "whsec_1", "whsec_2", "whsec_3"]
    await later(opened, timedelta())
    assert await kept(opened) == [URL, "whsec_2"]
    await later(opened, timedelta(days=400))
    assert await kept(opened) == [URL, "whsec_2"]


async def test_a_secret_without_its_webhook_is_forgotten_after_a_day(opened):
    await values_of(opened).keep(uuid7(), "1", uuid7(), "whsec_1")
    await later(opened, timedelta(hours=23))
    assert await kept(opened) == ["whsec_1"]
    await later(opened, timedelta(hours=2))
    assert await kept(opened) == []


async def test_a_read_model_that_is_made_anew_costs_no_secret(opened):
    await subscribe(opened, URL, secret="whsec_1")
    await fetching(opened.pool)("DELETE FROM webhooks RETURNING 1", ())
    await later(opened, timedelta(days=400))
    assert await kept(opened) == [URL, "whsec_1"]


async def test_a_delivery_waits_for_its_key_and_costs_no_attempt(opened, receiver, caplog):
    webhook = await subscribe(opened, receiver.url)
    async with dispatching(opened, keys=Keys([("other", bytes(32))])):
        await opened.log()
        await eventually(lambda: _true("waits: The secret" in caplog.text))
    assert await outcomes(opened, webhook.id) == [("pending", 0, None, None)]
    await opened.rows("UPDATE webhook_deliveries SET due_at = now() RETURNING 1")
    async with dispatching(opened):
        await ended(opened, webhook.id)
    assert len(receiver.received) == 1


async def test_a_secret_of_another_webhook_signs_nothing(opened, receiver, caplog):
    webhook, other = [await subscribe(opened, receiver.url, LOGGED) for _ in "ab"]
    await opened.rows(
        "UPDATE webhook_confidential SET value = (SELECT value FROM webhook_confidential "
        "WHERE id = %s) WHERE id = %s RETURNING 1",
        other.state.secret,
        webhook.state.secret,
    )
    async with dispatching(opened):
        await opened.log()
        await ended(opened, other.id)
        await eventually(lambda: _true("doesn't open" in caplog.text))
    assert await outcomes(opened, webhook.id) == [("pending", 0, None, None)]


async def _true(fact: bool) -> bool:
    return fact
