"""Test deliveries: sent at once and only once, so that their sender sees the outcome."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from application.webhook_ports import Delivery
from infrastructure.publishing.cloud_events import DATA_CONTENT_TYPE, CloudEvent
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.tenant_limiter import TenantLimiter
from infrastructure.webhooks.delivery_log import note_test, target_of
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.signing import headers
from projections.paging import Fetch

TYPE = "kith.webhook.test.v1"
"""No event of the log: a test has neither position nor sequence."""

AT_ONCE = 8
"""Tests in flight in one process; others wait for a slot."""

EACH = 2
"""Tests of one tenant in flight: its slow endpoints don't delay the tests of others."""

PATIENCE = 5.0
"""Seconds to wait for a slot."""


class Tester:
    """The port `Tester` of webhooks' administration."""

    def __init__(self, fetch: Fetch, values: ConfidentialValues, poster: Poster):
        self._fetch = fetch
        self._values = values
        self._poster = poster
        self._limiter = TenantLimiter(AT_ONCE, each=EACH, patience=PATIENCE)

    async def test(self, tenant: str, webhook: UUID) -> Delivery | None:
        """Send a test once and log the result; None if there is no such webhook. Raises
        LimitReached, Unopened, psycopg.Error."""
        async with self._limiter.slot(tenant):
            found = await target_of(self._fetch, self._values, tenant, webhook)
            if found is None:
                return None
            url, secrets = found
            event_id, now = uuid7(), datetime.now(UTC)
            body = test_delivery(event_id, tenant, webhook, now).json()
            signed = headers(str(event_id), body, secrets, now)
            result = await self._poster.post(tenant, url, signed, body)
            return await note_test(self._fetch, tenant, webhook, event_id, TYPE, result)


def test_delivery(event_id: UUID, tenant: str, webhook: UUID, now: datetime) -> CloudEvent:
    attributes = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"/kith/{tenant}",
        "type": TYPE,
        "subject": f"webhook/{webhook}",
        "time": now.isoformat().replace("+00:00", "Z"),
        "datacontenttype": DATA_CONTENT_TYPE,
        "tenant": tenant,
    }
    return CloudEvent(attributes, b"{}")
