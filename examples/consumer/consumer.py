"""Follows kith's events in Kafka and tallies what happened to each contact, each event once.

A program to start from: put your own effect in the place of `Follower.take`. What makes it exact:
the effect, the ids of the events it came from and the position in the topic are written in one
transaction of one database. Killed at any moment, it has done all of it or nothing; started again,
it goes on from the position that the database has, and what Kafka gives it twice it has seen.

    python consumer.py --kafka localhost:9092 --database tally.db
"""

import argparse
import logging
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

TOPIC = "kith.events.v1"

SCHEMA = """
CREATE TABLE IF NOT EXISTS positions (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
    tenant TEXT, contact TEXT, type TEXT, events INTEGER NOT NULL,
    PRIMARY KEY (tenant, contact, type)
) WITHOUT ROWID;
"""

log = logging.getLogger("consumer")


class Follower:
    """Keeps its position itself, so it needs no consumer group: whoever runs two gives each its own
    partitions and its own database."""

    def __init__(self, kafka: str, database: Path):
        self._consumer = KafkaConsumer(
            bootstrap_servers=kafka,
            # As long as it takes: a consumer made in vain leaves its thread behind.
            bootstrap_timeout_ms=2**31 - 1,
            enable_auto_commit=False,
            max_poll_records=200,
        )
        self._database = sqlite3.connect(database, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")  # a commit is on the disk
        self._database.executescript(SCHEMA)
        self._stopped = False

    def stop(self, *_: object) -> None:
        self._stopped = True

    def run(self, *, until_end: bool = False) -> None:
        """Follow the topic: for ever, or to the end that it has now. Raises KafkaError."""
        partitions = self._assign()
        ends = self._consumer.end_offsets(partitions)
        while not self._stopped:
            if until_end and all(self._consumer.position(one) >= ends[one] for one in partitions):
                return
            messages = [one for batch in self._consumer.poll(500).values() for one in batch]
            if messages:
                self.carry_out(messages)

    def carry_out(self, messages: Sequence[Any]) -> None:
        """All of the messages and the position behind them, or nothing."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self.take_all(messages)
            self.keep_position(messages)

    def take_all(self, messages: Sequence[Any]) -> None:
        for message in messages:
            attributes = {name: value.decode() for name, value in message.headers}
            new = self._database.execute(
                "INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING", (attributes["ce_id"],)
            )
            if new.rowcount:
                self.take(attributes, message.key.decode())

    def take(self, attributes: dict[str, str], key: str) -> None:
        """The effect of one event, which is here for the first time."""
        self._database.execute(
            "INSERT INTO tally VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET events = events + 1",
            (attributes["ce_tenant"], key, attributes["ce_type"]),
        )

    def keep_position(self, messages: Sequence[Any]) -> None:
        for message in messages:
            self._database.execute(
                "INSERT INTO positions VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET next = excluded.next",
                (message.partition, message.offset + 1),
            )

    def _assign(self) -> list[TopicPartition]:
        """All partitions, each from where the database says, else from its beginning."""
        while not (numbers := self._consumer.partitions_for_topic(TOPIC)):
            log.info("waiting for the topic %s", TOPIC)
            time.sleep(1)
        partitions = [TopicPartition(TOPIC, number) for number in sorted(numbers)]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning(*partitions)
        for number, offset in self._database.execute("SELECT partition, next FROM positions"):
            self._consumer.seek(TopicPartition(TOPIC, number), offset)
        return partitions

    def close(self) -> None:
        self._consumer.close()
        self._database.close()


def main(kind: type[Follower] = Follower) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--kafka", default="localhost:9092", help="host:port of a broker")
    parser.add_argument("--database", type=Path, default=Path("tally.db"), help="made if missing")
    parser.add_argument("--until-end", action="store_true", help="stop at the topic's end")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it tells of each try
    while True:
        log.info("waiting for Kafka at %s", args.kafka)
        follower = kind(args.kafka, args.database)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, follower.stop)
        try:
            follower.run(until_end=args.until_end)
            return 0
        except KafkaError as error:
            log.info("starting again: %s", error)
            time.sleep(2)
        finally:
            follower.close()


if __name__ == "__main__":
    sys.exit(main())
