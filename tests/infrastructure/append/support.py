"""A prepared database and a process's hold on it, put together by hand so that parts can differ."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from infrastructure.append.event_log import PostgresEventLog
from infrastructure.append.flusher import Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.pool import Pool
from infrastructure.postgres.schema import migrate
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import WithAppend
from projections.all_models import READ_MODELS
from projections.read_model import ReadModel
from tests.infrastructure.append.jobs import adds

Hold = Callable[[], AbstractAsyncContextManager[Callable[[], Awaitable[None]]]]
"""The type of the fixture `held`."""

WITH_APPEND = tuple(model for model in READ_MODELS if model.with_append)


def prepare(conninfo: str, models: Sequence[ReadModel] = WITH_APPEND) -> str:
    """Make the schema and the tables of the read models; the connection string again."""
    create_event_table(conninfo)
    migrate(conninfo)
    with psycopg.connect(conninfo) as connection:
        for model in models:
            for statement in Table(model).create:
                connection.execute(statement)
    return conninfo


@dataclass
class Process:
    """The parts that one process of kith has open on a database."""

    conninfo: str
    flusher: Flusher
    appender: GroupCommit
    pool: AsyncConnectionPool[Any]
    log: PostgresEventLog


@asynccontextmanager
async def process(
    conninfo: str,
    models: Sequence[ReadModel] = WITH_APPEND,
    *,
    flusher: type[Flusher] = Flusher,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    longest_queue: int = 5_000,
    **options: Any,
) -> AsyncIterator[Process]:
    projection = WithAppend([Table(model) for model in models])
    writes = flusher(conninfo, projection, clock=clock, **options)
    appender = GroupCommit(writes, uuid7, longest_queue=longest_queue)
    async with Pool(
        conninfo, min_size=1, max_size=4, open=False, kwargs={"autocommit": True}
    ) as pool:
        await appender.start()
        try:
            yield Process(conninfo, writes, appender, pool, PostgresEventLog(pool, appender))
        finally:
            await appender.stop()


async def until(condition: Callable[[], object]) -> None:
    """Wait for it, however busy the machine is."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is awaited knows nothing of being awaited
            await asyncio.sleep(0.002)


@asynccontextmanager
async def blocked(one: Process, held: Hold) -> AsyncIterator[None]:
    """One append is under way and has to wait: what is appended meanwhile has to queue."""
    async with held() as waited_for:
        first = asyncio.create_task(one.appender.append(adds()))
        await waited_for()
        yield
    await first


def spoil(ledger: str, name) -> None:
    """Make its first event one of a type that nobody knows, as a newer kith might have."""
    with psycopg.connect(ledger) as connection:
        connection.execute(
            "UPDATE stored_events SET topic = 'kith.contact.added.v9' "
            "WHERE originator_id = %s AND originator_version = 1",
            (str(name),),
        )
