"""Values that the log must not hold: kept beside it, just before the append of the event that
refers to them.

The ledger may decide a command several times: nothing that it repeats does I/O.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid5

from application.context import Caller
from application.errors import PreconditionFailed
from application.ports import NewId
from domain.errors import Refusal

KEPT = UUID("0d4f8c1e-52c7-5f0b-9d1a-6f1f0c3c7a52")
"""The namespace of ids that an idempotency key decides."""


class Confidential(Protocol):
    """Values kept beside the log, by id, until their owner ends."""

    async def keep(self, identity: UUID, tenant: str, owner: UUID, value: str) -> str:
        """Keep a value of an owner, and return the one that is kept: the first under this id."""
        ...

    async def known(self, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]: ...

    async def forget(self, tenant: str, ids: Collection[UUID]) -> None: ...

    async def forget_all(self, tenant: str, owner: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class Keeper:
    """Values of commands."""

    values: Confidential
    new_id: NewId

    @asynccontextmanager
    async def keeping(
        self, caller: Caller, owner: UUID, values: Mapping[UUID, str]
    ) -> AsyncIterator[None]:
        """Keep values for the command inside the block, and forget them if it is refused. Those of
        an idempotency key stay: a twin of the command in flight may rely on them."""
        for identity, value in values.items():
            await self.values.keep(identity, caller.tenant, owner, value)
        try:
            yield
        except (Refusal, PreconditionFailed):
            if caller.key is None and values:
                await self.values.forget(caller.tenant, values.keys())
            raise

    def id_for(self, caller: Caller, kind: str) -> UUID:
        """An id for what a command makes. An idempotency key decides it, so that twins of the
        command keep one value."""
        key = caller.key
        if key is None:
            return self.new_id()
        return uuid5(KEPT, f"{kind}\n{key.scope}{key.digest.hex()}")
