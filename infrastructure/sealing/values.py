"""Tables of confidential values: what the log must not hold, by id, until its owner ends.

A value is kept just before the append of the event that refers to it.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from infrastructure.sealing.keys import Keys, is_sealed
from projections.paging import Fetch


class Store(NamedTuple):
    """A table with the columns `id`, `tenant`, `value`, `created_at`, and one named after the kind
    of the owner. Where `sealed_only` is False, values are kept as they are while there is no
    key."""

    table: str
    kind: str
    sealed_only: bool = True

    def forget_ended(self, removed: str) -> str:
        """SQL that deletes the values of owners that have ended, by an event of the type `removed`,
        and after a day those of owners that never began. It asks the log, not a read model: a value
        that is deleted can't be restored."""
        stream = f"c.tenant || '/{self.kind}/' || c.{self.kind}"
        return f"""
            DELETE FROM {self.table} c WHERE EXISTS (
                SELECT FROM stored_events e
                WHERE e.topic = '{removed}' AND e.originator_id = {stream})
            OR c.created_at < now() - interval '1 day' AND c.{self.kind} IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM stored_events e WHERE e.originator_id = {stream})
        """


class ConfidentialValues:
    """The port `Confidential`, on a store. Its methods but `seal` and `open` raise psycopg.Error
    and PoolTimeout."""

    def __init__(self, fetch: Fetch, keys: Keys, store: Store):
        self._fetch = fetch
        self._keys = keys
        self.store = store

    async def keep(self, identity: UUID, tenant: str, owner: UUID, value: str) -> str:
        """Keep a value of an owner under an id, and return the value that is kept: the first under
        this id, so that a repeated command finds its own. Raises NoSecretKeys, Unopened."""
        table, kind = self.store.table, self.store.kind
        ((kept,),) = await self._fetch(
            f"INSERT INTO {table} AS c (id, tenant, {kind}, value) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET created_at = now() RETURNING value",
            (identity, tenant, owner, self.seal(tenant, owner, identity, value)),
        )
        return self.open(tenant, owner, identity, kept)

    async def known(self, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]:
        """The values kept under these ids. Raises Unopened."""
        rows = await self._fetch(
            f"SELECT id, {self.store.kind}, value FROM {self.store.table} "
            "WHERE tenant = %s AND id = ANY(%s)",
            (tenant, list(ids)),
        )
        return {row[0]: self.open(tenant, row[1], row[0], row[2]) for row in rows}

    async def replace(self, identity: UUID, tenant: str, owner: UUID, value: str) -> None:
        """Put another value in the place of the one that is kept under an id. Raises
        NoSecretKeys."""
        await self._fetch(
            f"UPDATE {self.store.table} SET value = %s WHERE id = %s AND tenant = %s RETURNING id",
            (self.seal(tenant, owner, identity, value), identity, tenant),
        )

    async def forget(self, tenant: str, ids: Collection[UUID]) -> None:
        await self._fetch(
            f"DELETE FROM {self.store.table} WHERE tenant = %s AND id = ANY(%s) RETURNING id",
            (tenant, list(ids)),
        )

    async def forget_all(self, tenant: str, owner: UUID) -> None:
        """Forget all values of an owner."""
        await self._fetch(
            f"DELETE FROM {self.store.table} WHERE tenant = %s AND {self.store.kind} = %s "
            "RETURNING id",
            (tenant, owner),
        )

    def seal(self, tenant: str, owner: UUID | None, identity: UUID, value: str) -> str:
        """Raises NoSecretKeys, unless the store takes plain values as well."""
        if not self._keys and not self.store.sealed_only:
            return value
        return self._keys.seal(value, tenant, self._owner(owner), str(identity))

    def open(self, tenant: str, owner: UUID | None, identity: UUID | str, value: str) -> str:
        """The value of a row. Raises Unopened."""
        if not is_sealed(value) and not self.store.sealed_only:
            return value
        return self._keys.open(value, tenant, self._owner(owner), str(identity))

    def _owner(self, owner: UUID | None) -> str:
        return f"{self.store.kind}/{owner or ''}"
