"""Webhooks for tests that aren't about delivering: nothing is ever sent to them."""

import asyncio
from typing import Any

import httpx

from tests.api.running import Service

NOWHERE = "https://hooks.invalid/kith"
"""By its name nobody can have it."""

DELIVERED = """
INSERT INTO webhook_deliveries
    (webhook, tenant, cause, event_id, type, position, outcome, attempts, ended_at, status)
VALUES (%s, %s, 'event', gen_random_uuid(), 'kith.contact.added.v1', 1, 'delivered', 1, now(), 204)
RETURNING id
"""


def new_webhook(client: httpx.Client, **more: Any) -> dict[str, Any]:
    """With a type of event that hardly ever happens."""
    body = {"url": NOWHERE, "types": ["kith.meeting.missed.v1"]} | more
    response = client.post("/api/webhooks", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def past_delivery(service: Service, tenant: str, webhook: str) -> str:
    """The id of a delivery that the webhook's log has."""

    async def found() -> str:
        ((identity,),) = await service.services.fetch(DELIVERED, (webhook, tenant))
        return str(identity)

    return asyncio.run_coroutine_threadsafe(found(), service.loop).result(10)
