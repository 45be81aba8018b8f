"""Read models catching up on a long log, against the library's projection runner.

kith's runner feeds the sums behind the analytics, from the log's beginning to its end; the
library's has one view of such sums to feed, and is measured over fewer events, because it takes so
long. All the models that kith feeds behind the append are measured once, for themselves.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import psycopg
import uvloop
from tqdm import tqdm
from uuid_utils.compat import uuid7

from bench import library
from bench.plan import DISK, Bench
from bench.rounds import Result, compare
from bench.seeds import append_all, change, jobs
from infrastructure.append.flusher import Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.projecting.projectors import projector
from infrastructure.projecting.with_append import WithAppend
from infrastructure.system import open_system, prepare_database
from projections.all_models import READ_MODELS
from projections.analytics.sums import ACTIVITY, TACTIC_USE
from projections.read_model import ReadModel

DATABASE, LIBRARY_DATABASE = "catching_up", "catching_up_library"
COMPARABLE = (ACTIVITY, TACTIC_USE)
ALL = tuple(model for model in READ_MODELS if not (model.with_append or model.throttled))
PATIENCE = 120.0
"""Seconds that a round may take."""


def run(bench: Bench) -> Iterator[Result]:
    sizes, first = bench.sizes, bench.phase is DISK
    if first:
        _prepare(bench)
    conninfo, other = bench.ground.url(DATABASE), bench.ground.url(LIBRARY_DATABASE)
    # A slower commit leaves the library fewer events for the same seconds.
    size = sizes.catch_up_library // (1 if first else 2)
    name = f"Catching up on {sizes.catch_up:,} events, to the library's runner"
    pairs = compare(
        sizes.rounds,
        lambda: uvloop.run(_catch_up(conninfo, COMPARABLE, sizes.catch_up)),
        lambda: library.catch_up(other, size),
        bench.sayer(name),
    )
    ratio = pairs.ratio(float)
    yield Result(
        name, "events/s", pairs.ours(float), pairs.theirs(float), ratio, 10.0 if first else 30.0
    )
    if first:
        rate = uvloop.run(_catch_up(conninfo, ALL, sizes.catch_up))
        yield Result(f"The same, all {len(ALL)} read models behind the append", "events/s", rate)


def _prepare(bench: Bench) -> None:
    sizes, contacts = bench.sizes, list(bench.contacts.posted)
    conninfo = bench.ground.make(DATABASE)
    prepare_database(conninfo)
    uvloop.run(_fill(conninfo, bench))
    library.fill(bench.ground.make(LIBRARY_DATABASE), contacts, sizes.catch_up_library * 9)
    for database in (DATABASE, LIBRARY_DATABASE):
        bench.ground.execute("VACUUM ANALYZE", database)
    bench.ground.settle()


async def _fill(conninfo: str, bench: Bench) -> None:
    """A log without read models, through the appender."""
    async with open_system(conninfo):
        pass  # makes the read models' tables, still empty
    appender = GroupCommit(Flusher(conninfo, WithAppend([])), uuid7)
    await appender.start()
    try:
        size = bench.sizes.catch_up
        contacts = islice(cycle(bench.contacts.posted), size)
        changes = (change(contact, index, index) for index, contact in enumerate(contacts))
        with tqdm(
            total=size, desc="filling a log", unit=" events", unit_scale=True, mininterval=1
        ) as bar:
            await append_all(appender, jobs(changes), bar.update)
    finally:
        await appender.stop()


async def _catch_up(conninfo: str, models: Sequence[ReadModel], size: int) -> float:
    """Events a second, from empty read models until all have seen the whole log."""
    names = [model.name for model in models]
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute(f"TRUNCATE {', '.join(names)}")
        await connection.execute(
            "UPDATE checkpoints SET position = 0 WHERE name = ANY(%s)", (names,)
        )
        follower = projector(conninfo, models)
        started = time.perf_counter()
        await follower.start()
        try:
            async with asyncio.timeout(PATIENCE):
                while await _behind(connection, names) < size:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            return size / (time.perf_counter() - started)
        finally:
            await follower.stop()


async def _behind(connection: psycopg.AsyncConnection, names: list[str]) -> int:
    cursor = await connection.execute(
        "SELECT min(position) FROM checkpoints WHERE name = ANY(%s)", (names,)
    )
    row = await cursor.fetchone()
    return row[0] if row else 0
