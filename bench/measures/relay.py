"""The relay sending a log to Kafka, against a bare producer that sends the same bytes.

Both send to the same broker, with acks=all and idempotence, to a topic of the same partitions; the
producer has the messages in memory, the relay reads, decodes and judges the events first, and moves
its checkpoint. Then how soon an event is with a consumer, when the service has nothing else to do.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, islice
from statistics import median
from typing import Any

import httpx
import psycopg
import uvloop
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from tqdm import tqdm
from uuid_utils.compat import uuid7

from bench import sample
from bench.load import Load
from bench.plan import Bench
from bench.rounds import Result, compare
from bench.seeds import append_all, change, jobs
from bench.servers import Server, kith
from infrastructure.append.flusher import Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.following.follower import Follower
from infrastructure.log.folding import Folder
from infrastructure.log.reader import LogReader
from infrastructure.memory import tune_collector
from infrastructure.projecting.with_append import WithAppend
from infrastructure.publishing.event_redaction import restricted_until_halt
from infrastructure.relay.broker import SENDING, TOPIC, TOPICS, make_topics
from infrastructure.relay.cloud_events import Message, message
from infrastructure.relay.relay import Relay
from infrastructure.settings import Settings
from infrastructure.system import open_system, prepare_database
from projections.read_model import Step
from tests.brokers import chosen
from tests.brokers.broker import RealBroker

DATABASE = "relay"
RELAYED = "SELECT max(position) FROM checkpoints WHERE follower = 'relay'"

PATIENCE = 120.0
"""Seconds that a round may take."""
PAUSE = 0.03
"""Seconds between two requests, so that the service is idle when the next one comes."""


def run(bench: Bench) -> Iterator[Result]:
    conninfo = bench.ground.make(DATABASE)
    prepare_database(conninfo)
    uvloop.run(_fill(conninfo, bench))
    bench.ground.execute("VACUUM ANALYZE", DATABASE)
    bench.ground.settle()
    with chosen.broker() as broker:
        broker.start()
        yield from _rate(bench, conninfo, broker)
        yield from _latency(bench, conninfo, broker)


async def _fill(conninfo: str, bench: Bench) -> None:
    """A log without read models, through the appender."""
    async with open_system(conninfo):
        pass  # makes the read models' tables, still empty
    appender = GroupCommit(Flusher(conninfo, WithAppend([])), uuid7)
    await appender.start()
    try:
        size = bench.sizes.relayed
        contacts = islice(cycle(bench.contacts.posted), size)
        changes = (change(contact, index, index) for index, contact in enumerate(contacts))
        with tqdm(total=size, desc="filling a log", unit=" events", unit_scale=True) as bar:
            await append_all(appender, jobs(changes), bar.update)
    finally:
        await appender.stop()


def _rate(bench: Bench, conninfo: str, broker: RealBroker) -> Iterator[Result]:
    messages = _messages(conninfo, broker.settings())
    tune_collector()  # as in all of kith's processes; the bare producer has as much of it
    name = f"Relaying {len(messages):,} events, to a bare producer ({broker.name})"
    pairs = compare(
        bench.sizes.rounds,
        lambda: _relayed(conninfo, broker),
        lambda: _produced(broker, messages),
        bench.sayer(name),
    )
    yield Result(
        name, "events/s", pairs.ours(float), pairs.theirs(float), pairs.ratio(float), target=0.7
    )
    name = f"A bare producer that batches as the relay does ({broker.name})"
    bench.say(name)
    rates = [_produced(broker, messages, **SENDING) for _ in range(min(3, bench.sizes.rounds))]
    yield Result(name, "events/s", median(rates))


def _messages(conninfo: str, settings: Settings) -> list[Message]:
    """The messages that the relay sends, made beforehand."""
    return asyncio.run(_read_messages(conninfo, settings))


async def _read_messages(conninfo: str, settings: Settings) -> list[Message]:
    found: list[Message] = []
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        log = LogReader(connection)
        folder = Folder()
        while (page := await log.page(len(found), 1000)).events:
            items = await folder.fold(page.events, log.before)
            steps = [item for item in items if isinstance(item, Step)]
            events, _ = await restricted_until_halt(
                [step.recorded for step in steps], page.last, log
            )
            base_url = settings.base_url
            found += [
                message(step, hidden=one.hidden, base_url=base_url)
                for step, one in zip(steps, events, strict=True)
            ]
    return found


def _relayed(conninfo: str, broker: RealBroker) -> float:
    """Events a second, from the topic's beginning until the checkpoint is at the log's head."""
    _empty(broker)
    return asyncio.run(_relay(conninfo, broker))


async def _relay(conninfo: str, broker: RealBroker) -> float:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("UPDATE checkpoints SET position = 0 WHERE follower = 'relay'")
        head = _number(connection, "SELECT max(notification_id) FROM stored_events")
        relay = Follower(conninfo, Relay(broker.settings()))
        started = time.perf_counter()
        await relay.start()
        try:
            while _number(connection, RELAYED) < head:
                if time.perf_counter() > started + PATIENCE:
                    raise TimeoutError("the relay doesn't come to the end of the log")
                await asyncio.sleep(0.02)
            return head / (time.perf_counter() - started)
        finally:
            await relay.stop()


def _produced(broker: RealBroker, messages: list[Message], **options: Any) -> float:
    """Messages a second, until the last is acknowledged; `options` on top of kafka-python's own."""
    _empty(broker)
    started = time.perf_counter()
    options = {"acks": "all", "enable_idempotence": True} | options
    producer = KafkaProducer(bootstrap_servers=broker.address, **options)
    with closing(producer):
        futures = [
            producer.send(TOPIC, key=one.key, value=one.value, headers=one.headers)
            for one in messages
        ]
        for future in futures:
            future.get(PATIENCE)
        return len(messages) / (time.perf_counter() - started)


def _empty(broker: RealBroker) -> None:
    broker.empty()
    make_topics(broker.settings())


def _number(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _latency(bench: Bench, conninfo: str, broker: RealBroker) -> Iterator[Result]:
    _empty(broker)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # What has been measured with stays where it is: the relay begins at the head.
        connection.execute(
            "INSERT INTO checkpoints SELECT 'relay', topic, '', "
            "(SELECT max(notification_id) FROM stored_events) FROM unnest(%s::text[]) topic "
            "ON CONFLICT (follower, name) DO UPDATE SET position = excluded.position",
            (list(TOPICS),),
        )
    name = f"From a command's answer to its event at a Kafka consumer, idle ({broker.name})"
    bench.say(name)
    settings = {"KITH_KAFKA_BOOTSTRAP_SERVERS": broker.address}
    with kith(bench.ground, DATABASE, **settings) as server, _Arrivals(broker) as arrivals:
        taken = _posted(server, bench.sizes.arrivals, arrivals)
    load = Load(0.0, sorted(taken))
    yield Result(f"{name}, p50", "ms", load.p50)
    yield Result(f"{name}, p99", "ms", load.p99, target=100, at_least=False)


def _posted(server: Server, count: int, arrivals: "_Arrivals") -> list[float]:
    """Milliseconds; less than none where the event was there before the answer."""
    headers = {"Authorization": f"Bearer {server.token}"}
    url = f"http://127.0.0.1:{server.port}"
    answered: dict[str, float] = {}
    with httpx.Client(base_url=url, headers=headers) as client:
        made = client.post("/api/contacts", json={"name": "Idle"}).raise_for_status().json()
        arrivals.wait({f"contact/{made['id']}"})
        for index in range(count):
            body = sample.interaction(made["id"], index)
            answer = client.post("/api/interactions", json=body).raise_for_status()
            answered[f"interaction/{answer.json()['id']}"] = time.perf_counter()
            time.sleep(PAUSE)
    arrived = arrivals.wait(answered.keys())
    return [max(0.0, (arrived[subject] - at) * 1000) for subject, at in answered.items()]


class _Arrivals:
    """When each subject's event was with a consumer, that follows the topic in a thread."""

    def __init__(self, broker: RealBroker):
        self._consumer = KafkaConsumer(
            bootstrap_servers=broker.address, auto_offset_reset="earliest", enable_auto_commit=False
        )
        partitions = self._consumer.partitions_for_topic(TOPIC)
        self._consumer.assign([TopicPartition(TOPIC, number) for number in partitions])
        self._at: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "_Arrivals":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._consumer.close()

    def _follow(self) -> None:
        while not self._ended.is_set():
            for batch in self._consumer.poll(timeout_ms=100).values():
                now = time.perf_counter()
                for found in batch:
                    self._at.setdefault(dict(found.headers)["ce_subject"].decode(), now)

    def wait(self, subjects: "set[str] | Any") -> dict[str, float]:
        deadline = time.monotonic() + PATIENCE
        while not subjects <= self._at.keys():
            if time.monotonic() > deadline:
                raise TimeoutError("events don't come to the consumer")
            time.sleep(0.02)
        return self._at
