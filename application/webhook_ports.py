"""Ports of the administration of webhooks: a register and a tester."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Delivery(NamedTuple):
    """A delivery as the delivery log has it. `position` is None for a test, `status`
    is None if there was no response."""

    id: UUID
    event_id: UUID
    type: str
    position: int | None
    cause: str
    outcome: str
    attempts: int
    status: int | None
    error: str | None
    milliseconds: int | None
    created_at: datetime
    attempted_at: datetime | None
    due_at: datetime
    ended_at: datetime | None

    @property
    def next_attempt_at(self) -> datetime | None:
        return self.due_at if self.outcome == "pending" else None


class Register(Protocol):
    def adding(self, tenant: str) -> AbstractAsyncContextManager[int]:
        """The number of a tenant's webhooks, locked inside the block against other additions."""
        ...


class Tester(Protocol):
    async def test(self, tenant: str, webhook: UUID) -> Delivery | None:
        """Send a test event; None if there is no such webhook."""
        ...
