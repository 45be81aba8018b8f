"""What is confidential about a webhook ends with it, even where whoever ended it couldn't see to
that."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from infrastructure.postgres.fetch import fetching
from infrastructure.webhooks.confidential import ConfidentialValues
from infrastructure.webhooks.queue import Queue
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.webhooks.support import subscribe

pytestmark = pytest.mark.anyio

URL = "https://hooks.invalid/"


async def kept(opened: Ledger) -> list[str]:
    rows = await opened.rows("SELECT value FROM webhook_confidential ORDER BY value")
    return [value for (value,) in rows]


async def later(opened: Ledger, time: timedelta) -> None:
    fetch = fetching(opened.pool)
    await fetch("UPDATE webhook_confidential SET created_at = created_at - %s RETURNING 1", (time,))
    await Queue(opened.pool).forget()


async def test_a_secret_kept_after_its_webhooks_removal_is_forgotten(opened):
    ended = await subscribe(opened, URL, secret="whsec_1")
    await subscribe(opened, URL, secret="whsec_2")
    await opened.append(ended.stream, ended, *ended.state.remove())
    await ConfidentialValues(fetching(opened.pool)).keep(uuid7(), "1", ended.id, "whsec_3")
    assert await kept(opened) == [URL, URL, "whsec_1", "whsec_2", "whsec_3"]
    await later(opened, timedelta())
    assert await kept(opened) == [URL, "whsec_2"]
    await later(opened, timedelta(days=400))
    assert await kept(opened) == [URL, "whsec_2"]


async def test_a_secret_without_its_webhook_is_forgotten_after_a_day(opened):
    await ConfidentialValues(fetching(opened.pool)).keep(uuid7(), "1", uuid7(), "whsec_1")
    await later(opened, timedelta(hours=23))
    assert await kept(opened) == ["whsec_1"]
    await later(opened, timedelta(hours=2))
    assert await kept(opened) == []


async def test_a_read_model_that_is_made_anew_costs_no_secret(opened):
    await subscribe(opened, URL, secret="whsec_1")
    await fetching(opened.pool)("DELETE FROM webhooks RETURNING 1", ())
    await later(opened, timedelta(days=400))
    assert await kept(opened) == [URL, "whsec_1"]
