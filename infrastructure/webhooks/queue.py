"""The queue of due deliveries, and the outcomes of attempts.

Claiming a delivery leases it: its next attempt is put off beyond the longest that an attempt may
take. When the lease of a process that died runs out, another process claims the delivery. All times
are those of the database's clock.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from pydantic_core import to_json

from infrastructure.webhooks.confidential import FORGET_ENDED, Kept
from infrastructure.webhooks.posting import PostResult
from infrastructure.webhooks.queue_statements import (
    DELIVERED,
    FAILED,
    FORGET,
    LEAVE_ALONE,
    MOST_OF_TENANT,
    NOTE,
    PUT_BACK,
    TAKE,
)
from infrastructure.webhooks.replaying import replay
from infrastructure.webhooks.schedule import PATIENCE, RETRIES, pause, rest

LEASE = 30.0
"""Seconds."""

UNTRIED = 5.0
"""Seconds until a delivery that was put back is due again."""


class Claim(NamedTuple):
    """A delivery that this process has leased; `attempts` includes the one to come. Address and
    secrets are as they are kept."""

    id: UUID
    webhook: UUID
    tenant: str
    event_id: UUID
    position: int
    attempts: int
    address: Kept
    secrets: Sequence[Kept]


class Queue:
    """All methods raise psycopg.Error."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        retries: tuple[float, ...] = RETRIES,
        lease: float = LEASE,
    ):
        self._pool = pool
        self._retries = retries
        self._lease = lease
        self._turn = ""

    async def take(self, room: int, busy: Mapping[tuple[str, UUID], int]) -> list[Claim]:
        """Claim up to `room` due deliveries; `busy` counts those in flight here by tenant and
        webhook."""
        counts = [
            {"tenant": tenant, "webhook": webhook, "count": count}
            for (tenant, webhook), count in busy.items()
        ]
        parameters = {
            "busy": to_json(counts).decode(),
            "room": room,
            "most": MOST_OF_TENANT,
            "lease": self._lease,
        }
        async with self._pool.connection() as connection:
            cursor = await connection.execute(TAKE, parameters, prepare=True)
            return [Claim._make(row) for row in await cursor.fetchall()]

    async def delivered(self, claim: Claim, result: PostResult) -> None:
        await self._execute(DELIVERED, _noted(claim, result, "delivered"))

    async def failed(self, claim: Claim, result: PostResult) -> tuple[bool, bool]:
        """Record a failed attempt. Returns whether the delivery is tried again, and whether the
        endpoint has failed for longer than PATIENCE."""
        again = pause(claim.attempts, self._retries)
        outcome = "failed" if again is None else "pending"
        parameters = _noted(claim, result, outcome, again or 0.0) | {"patience": PATIENCE}
        async with self._pool.connection() as connection:
            cursor = await connection.execute(FAILED, parameters, prepare=True)
            failures, for_too_long = await cursor.fetchone() or (0, False)
            if seconds := rest(failures, result.retry_after):
                await connection.execute(LEAVE_ALONE, (seconds, claim.webhook), prepare=True)
        return again is not None, for_too_long

    async def put_back(self, claim: Claim, pause: float = UNTRIED) -> None:
        """Return a claim that wasn't tried through no fault of its endpoint; no attempt counts.
        The delivery is due again after `pause` seconds."""
        await self._execute(PUT_BACK, _parameters(claim) | {"pause": pause})

    async def given_up(self, claim: Claim, result: PostResult) -> None:
        """Record a failed attempt that is not retried."""
        await self._execute(NOTE, _noted(claim, result, "failed"))

    async def replay(self) -> bool:
        """Plan a page of a replay, of each tenant in turn; False if there is none."""
        tenant = await replay(self._pool, turn=self._turn)
        self._turn = tenant or ""
        return tenant is not None

    async def forget(self) -> bool:
        """Delete a batch of deliveries older than RETENTION_DAYS, and the confidential values of
        webhooks that have ended. True if there may be more."""
        async with self._pool.connection() as connection:
            await connection.execute(FORGET_ENDED)
            cursor = await connection.execute(FORGET)
            return bool(cursor.rowcount > 0)

    async def _execute(self, sql: str, parameters: Mapping[str, Any]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(sql, parameters, prepare=True)


def _noted(claim: Claim, result: PostResult, outcome: str, pause: float = 0.0) -> dict[str, Any]:
    """The parameters of NOTE."""
    return _parameters(claim) | result._asdict() | {"outcome": outcome, "pause": pause}


def _parameters(claim: Claim) -> dict[str, Any]:
    return {"id": claim.id, "webhook": claim.webhook, "attempts": claim.attempts}
