"""Kafka's topics and producer, as the relay uses them.

A message that fails stops the producer at once: later messages must not arrive before it has been
sent again.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.partitioner.default import DefaultPartitioner, murmur2

from infrastructure.relay.cloud_events import Message
from infrastructure.relay.connecting import SECONDS_TO_CONNECT, connection_options, knock
from infrastructure.settings import Settings

TOPIC = "kith.events.v1"
"""Every event; retention is unlimited unless the topic's settings are changed."""

CONTACTS_TOPIC = "kith.contacts.v1"
"""Each contact's current state; compacted."""

TOPICS = (TOPIC, CONTACTS_TOPIC)

LARGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes; an amendment holds the old and the new text, each of the largest size."""

KEYS_REMEMBERED = 20_000
"""A few megabytes. Hashing a key in Python takes a tenth of the time of sending a message."""

SECONDS_TO_ACKNOWLEDGE = 30.0
NEVER = 2**31 - 1

SENDING = {
    "acks": "all",
    "enable_idempotence": True,
    # Batches of more than one message: each costs about as much as ten messages in it.
    "linger_ms": 5,
    "batch_size": 128 * 1024,
    "metrics_enabled": False,
}
"""The producer's options, but for the connection's."""


Addressed = tuple[str, Message]
"""A topic and a message."""


class Unacknowledged(Exception):
    """Kafka didn't acknowledge a page in time."""


def make_topics(settings: Settings) -> None:
    """Create the topics that are missing, and leave the others as they are. Raises KafkaError."""
    with connection_options(settings) as options:
        admin = KafkaAdminClient(**options, client_id="kith-relay")
    try:
        there = admin.list_topics()
        missing = [_new_topic(name, settings) for name in TOPICS if name not in there]
        if missing:
            admin.create_topics(missing)
    except TopicAlreadyExistsError:
        return
    finally:
        admin.close()


def _new_topic(name: str, settings: Settings) -> Any:
    # Kafka's default retention of a week would make a replay impossible.
    kept = {"cleanup.policy": "compact"} if name == CONTACTS_TOPIC else {"retention.ms": "-1"}
    return NewTopic(
        name,
        num_partitions=settings.kafka_topic_partitions,
        replication_factor=-1,  # the cluster's own default
        topic_configs={"max.message.bytes": str(LARGEST_MESSAGE)} | kept,
    )


class RememberingPartitioner(DefaultPartitioner):  # type: ignore[misc]
    """The partition of a key: that of Kafka's default partitioner, hashed once per key."""

    def partition(
        self, topic: str, key: Any, serialized_key: bytes, value: Any, serialized: Any, cluster: Any
    ) -> int:
        partitions = cluster.partitions_for_topic(topic)
        if not partitions:
            raise ValueError(f"Kafka has no topic {topic}")
        return _hashed(serialized_key) % len(partitions)


@lru_cache(KEYS_REMEMBERED)
def _hashed(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF


class Broker:
    """One producer. After a failure it sends nothing more: the next begins at the checkpoints."""

    def __init__(self, settings: Settings):
        """Raises KafkaError or OSError if no broker answers."""
        knock(settings)
        make_topics(settings)
        with connection_options(settings) as options:
            self._producer: Any = KafkaProducer(
                **options,
                **SENDING,
                client_id="kith-relay",
                partitioner=RememberingPartitioner(),
                # A producer that gave up on a message would go on with the next one. The page has
                # a deadline instead.
                delivery_timeout_ms=NEVER,
                max_request_size=2 * LARGEST_MESSAGE,
                max_block_ms=SECONDS_TO_CONNECT * 1000,
                allow_auto_create_topics=False,
            )

    def send(self, messages: Sequence[Addressed]) -> None:
        """Send messages in order, and wait until Kafka has acknowledged all of them. Raises
        KafkaError, Unacknowledged."""
        pending = []
        for topic, (key, value, headers) in messages:
            future = self._producer.send(topic, key=key, value=value, headers=headers)
            future.add_errback(self._stop)
            pending.append(future)
        deadline = time.monotonic() + SECONDS_TO_ACKNOWLEDGE
        for future in pending:
            if future.succeeded():
                continue
            left = deadline - time.monotonic()
            if not future.is_done and left <= 0:
                raise Unacknowledged(f"not within {SECONDS_TO_ACKNOWLEDGE:g} seconds")
            future.get(max(left, 0.001))

    def close(self) -> None:
        """Drop the messages that aren't acknowledged, and close the producer."""
        self._stop()
        # The sender drops pending messages; closing waits for that.
        self._producer._sender.join(SECONDS_TO_CONNECT)
        try:
            self._producer.close(timeout=0)
        except KafkaError:
            return

    def _stop(self, _error: object = None) -> None:
        # close(timeout=0) flushes first, and so waits for messages that can't be sent.
        self._producer._sender.force_close()
