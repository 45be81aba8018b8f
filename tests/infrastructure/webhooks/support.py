"""Webhooks straight in the ledger, and processes that deliver to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from application.entity import Entity
from application.ledger import Ledger as Commands
from domain.streams import StreamName
from domain.webhook import Subscription, Webhook
from infrastructure.append.event_log import PostgresEventLog
from infrastructure.append.flusher import NOW
from infrastructure.append.numbers import BlockNumbers
from infrastructure.following.follower import Follower
from infrastructure.outside.addresses import endpoint
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.settings import Settings
from infrastructure.webhooks.confidential import confidential
from infrastructure.webhooks.delivering import delivering
from infrastructure.webhooks.signing import new_secret
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.webhooks.receiver import Receiver

SETTINGS = Settings(data_dir=Path("unused"), webhooks_allow_private=True)
KEYS = Keys([("tests", bytes(range(32)))])
SECRET_KEYS = "tests:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
"""The same as a setting."""

LOGGED = "kith.interaction.logged.v1"
SOON = (0.05, 0.05, 0.05)
"""Retries that a test can wait for."""


async def subscribe(
    opened: Ledger, url: str, *types: str, tenant: str = "1", secret: str | None = None
) -> Entity[Webhook]:
    values = values_of(opened)
    identity, address, signing = uuid7(), uuid7(), uuid7()
    await values.keep(address, tenant, identity, url)
    await values.keep(signing, tenant, identity, secret or new_secret())
    origin = endpoint(url, allow_private=True).origin
    subscription = Subscription(origin=origin, address=address, types=types)
    stream = StreamName(tenant, Webhook.kind, identity)
    return await opened.append(stream, None, *Webhook.add(subscription, signing))


def values_of(opened: Ledger, keys: Keys = KEYS) -> ConfidentialValues:
    return confidential(fetching(opened.pool), keys)


async def secret_of(opened: Ledger, webhook: Entity[Webhook]) -> str:
    found = await values_of(opened).known(webhook.stream.tenant, [webhook.state.secret])
    return found[webhook.state.secret]


@asynccontextmanager
async def dispatching(
    opened: Ledger, settings: Settings = SETTINGS, *, keys: Keys = KEYS, **options: Any
) -> AsyncIterator[Follower]:
    """A process that delivers, with retries that come soon."""
    pool: AsyncConnectionPool[Any] = opened.pool
    commands = Commands(PostgresEventLog(pool, opened.appender), BlockNumbers(pool), NOW, uuid7)
    options = {"retries": SOON} | options
    async with delivering(opened.conninfo, settings, keys, commands, **options) as planner:
        yield planner


async def ended(opened: Ledger, webhook: UUID, count: int = 1, seconds: float = 60) -> None:
    """Wait until so many deliveries to a webhook have ended."""

    async def there() -> bool:
        found = await opened.value(
            "SELECT count(*) FROM webhook_deliveries WHERE webhook = %s AND outcome <> 'pending'",
            webhook,
        )
        return int(found) >= count

    await eventually(there, seconds)


async def outcomes(opened: Ledger, webhook: UUID) -> list[tuple[str, int, int | None, str | None]]:
    """Outcome, attempts, last status and last error of each delivery."""
    return await opened.rows(
        "SELECT outcome, attempts, status, error FROM webhook_deliveries WHERE webhook = %s "
        "ORDER BY position, created_at",
        webhook,
    )


async def planned(opened: Ledger, webhook: Entity, cause: str = "event") -> list[int]:
    """The positions of a webhook's deliveries with this cause."""
    rows = await opened.rows(
        "SELECT position FROM webhook_deliveries WHERE webhook = %s AND cause = %s "
        "ORDER BY position",
        webhook.id,
        cause,
    )
    return [position for (position,) in rows]


async def spoil(opened: Ledger, entity: Entity) -> None:
    await opened.rows(
        "UPDATE stored_events SET state = '\\xff00' WHERE notification_id = %s RETURNING 1",
        entity.position,
    )


async def is_paused(opened: Ledger, webhook: Entity) -> bool:
    return bool(
        await opened.rows(
            "SELECT 1 FROM webhook_endpoints WHERE webhook = %s AND paused_until > now()",
            webhook.id,
        )
    )


async def has_received(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) >= count
