"""Appending to the log alone: 32 callers of the appender, 32 threads of the library's recorder.

No read models on either side, the same bytes on both. The library is given its stored events ready
made; kith's appender gets jobs, and encodes, numbers, checks and stamps them itself.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice

import uvloop
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresFactory
from uuid_utils.compat import uuid7

from application.envelope import Envelope
from application.ledger import actor_of
from application.ports import Change, Job
from bench.plan import Bench
from bench.rounds import Result, compare
from bench.seeds import DEVELOPER, change, jobs
from infrastructure.append.flusher import Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.log.codec import encode, encode_data
from infrastructure.log.recorder import environment
from infrastructure.projecting.with_append import WithAppend
from infrastructure.system import prepare_database

CALLERS = 32
DATABASE, LIBRARY_DATABASE = "appends", "appends_library"


def run(bench: Bench) -> Iterator[Result]:
    conninfo, library = bench.ground.make(DATABASE), bench.ground.make(LIBRARY_DATABASE)
    prepare_database(conninfo)
    factory = PostgresFactory(
        environment(library) | {"POSTGRES_POOL_SIZE": str(CALLERS), "CREATE_TABLE": "y"}
    )
    try:
        recorder = factory.application_recorder()
        name = f"Raw appends, {CALLERS} callers, to the library's recorder"
        pairs = compare(
            bench.sizes.rounds,
            lambda: _through_the_appender(conninfo, bench, bench.sizes.appends),
            lambda: _through_the_recorder(recorder, bench, bench.sizes.appends_library),
            bench.sayer(name),
        )
    finally:
        factory.close()
    yield Result(name, "events/s", pairs.ours(float), pairs.theirs(float), pairs.ratio(float), 15.0)


def _changes(bench: Bench, count: int) -> Iterator[Change]:
    contacts = islice(cycle(bench.contacts.posted), count)
    return (change(contact, index, index) for index, contact in enumerate(contacts))


def _through_the_appender(conninfo: str, bench: Bench, count: int) -> float:
    work = list(jobs(_changes(bench, count), size=1))
    return uvloop.run(_append(conninfo, work))


async def _append(conninfo: str, work: Sequence[Job]) -> float:
    appender = GroupCommit(Flusher(conninfo, WithAppend([])), uuid7)
    await appender.start()
    waiting = iter(work)

    async def caller() -> None:
        for job in waiting:
            await appender.append(job)

    try:
        await appender.append(next(waiting))  # prepares the statements
        started = time.perf_counter()
        await asyncio.gather(*[caller() for _ in range(CALLERS)])
        return (len(work) - 1) / (time.perf_counter() - started)
    finally:
        await appender.stop()


def _through_the_recorder(recorder: ApplicationRecorder, bench: Bench, count: int) -> float:
    waiting = iter([_stored(one) for one in _changes(bench, count)])

    def caller() -> None:
        for event in waiting:
            recorder.insert_events([event])

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(lambda _: recorder.max_notification_id(), range(CALLERS)))  # connects
        started = time.perf_counter()
        for done in [pool.submit(caller) for _ in range(CALLERS)]:
            done.result()
        return count / (time.perf_counter() - started)


def _stored(one: Change) -> StoredEvent:
    (event,) = one.events
    envelope = Envelope(uuid7(), datetime.now(UTC), actor_of(DEVELOPER), "tracking", "bench")
    state = encode(envelope, encode_data(event)).encode()
    return StoredEvent(str(one.stream), 1, event.type, state)
