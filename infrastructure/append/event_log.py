"""The event log of the application: entities are loaded, jobs appended, answers replayed."""

import logging
from collections.abc import Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool
from pydantic import TypeAdapter

from application.entity import Entity, advance
from application.errors import VersionConflict
from application.ports import Answer, CommandKey, Job, Receipt
from domain.contact import Contact
from domain.streams import StreamName
from infrastructure.append.batch import replay, scope_of
from infrastructure.append.group_commit import GroupCommit
from infrastructure.log.events import recorded
from infrastructure.log.reader import STREAMS, LogReader
from infrastructure.postgres.fetch import connected
from infrastructure.postgres.shared_reads import SharedReads
from infrastructure.tenant_limiter import TenantLimiter
from infrastructure.weighed import WeighedCache

logger = logging.getLogger(__name__)

ANSWER = TypeAdapter(Answer)

MOST_CACHED = 20_000
MOST_BYTES_CACHED = 64_000_000
"""Contacts kept in memory, about a kilobyte each; and their bytes."""

LARGE_AT_ONCE = 2
"""Large streams that are loaded at a time, one of each tenant."""

PATIENCE = 10.0
"""Seconds that a load of a large stream waits for others of its tenant."""


class _Large:
    """In the place of an entity whose stream is too large to be loaded with others."""


LARGE = _Large()

Loaded = Entity | Exception | _Large | None


class PostgresEventLog:
    """Implements application.ports.EventLog. Contacts are cached, because every interaction relies
    on one; an append that relied on an old version is a conflict, which drops it from the cache."""

    def __init__(self, pool: AsyncConnectionPool, appender: GroupCommit):
        self._pool = pool
        self._appender = appender
        self._cache: WeighedCache[StreamName, Entity] = WeighedCache(MOST_CACHED, MOST_BYTES_CACHED)
        self._streams = SharedReads(self._fetch)
        self._large = TenantLimiter(LARGE_AT_ONCE, each=1, patience=PATIENCE)

    async def load(self, stream: StreamName, *, fresh: bool) -> Entity | None:
        if not fresh and (cached := self._cache.get(stream)) is not None:
            return cached
        entity = await self._streams.get(stream)
        if isinstance(entity, _Large):
            entity = await self._load_large(stream)
        if isinstance(entity, Exception):
            raise entity
        if entity is not None:
            self._remember(entity)
        return entity

    async def append(self, job: Job) -> Receipt:
        try:
            receipt = await self._appender.append(job)
        except VersionConflict as conflict:
            self._cache.pop(conflict.stream)
            raise
        for entity in receipt.entities.values():
            self._remember(entity)
        return receipt

    async def answered(self, key: CommandKey) -> Answer | None:
        sql = "SELECT digest, answer FROM command_keys WHERE scope = decode(%s, 'hex')"
        async with connected(self._pool) as connection:
            cursor = await connection.execute(sql, (scope_of(key),), prepare=True)
            row = await cursor.fetchone()
        if row is None:
            return None
        digest, answer = row
        kept = None if answer is None else (bytes(digest), ANSWER.validate_python(answer))
        return replay(kept, key).replayed

    def _remember(self, entity: Entity) -> None:
        if entity.stream.kind != Contact.kind:
            return
        known = self._cache.get(entity.stream)
        if known is None or known.version < entity.version:
            self._cache.put(entity.stream, entity)

    async def _load_large(self, stream: StreamName) -> Entity | Exception | None:
        """The entity of a stream, folded page by page. Raises LimitReached."""
        entity: Entity | None = None
        async with self._large.slot(stream.tenant), connected(self._pool) as connection:
            async for row in LogReader(connection).stream(stream):
                advanced = _advanced(entity, row)
                if isinstance(advanced, Exception):
                    return advanced
                entity = advanced
        return entity

    async def _fetch(self, streams: Sequence[StreamName]) -> list[Loaded]:
        """An entity for each stream, None if there is no such stream, or why it can't be read: that
        is no affair of those who asked for others in the same statement."""
        names = list(map(str, streams))
        found: dict[str, Loaded] = dict.fromkeys(names)
        async with connected(self._pool) as connection:
            rows = await LogReader(connection).rows(STREAMS, list(found))
        for row in rows:
            before = found[row[0]]
            if row[4] is None:
                found[row[0]] = LARGE
            elif not isinstance(before, Exception | _Large):
                found[row[0]] = _advanced(before, row)
        return [found[name] for name in names]


def _advanced(before: Entity | None, row: Sequence[Any]) -> Entity | Exception:
    try:
        return advance(before, recorded(*row))
    except Exception as error:
        logger.exception("version %s of %s can't be read", row[1], row[0])
        return error
