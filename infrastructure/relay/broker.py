"""Kafka as the relay uses it: topics that are there, and pages sent whole or not at all.

A page that fails in part is stopped at once: what comes after a message that was refused must not
arrive before it has been sent again.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from infrastructure.relay.cloud_events import Message
from infrastructure.relay.connecting import SECONDS_TO_CONNECT, connection_options, knock
from infrastructure.relay.partitions import RememberingPartitioner
from infrastructure.settings import Settings

TOPIC = "kith.events.v1"
"""Every event, kept for ever unless the topic's settings are changed."""

CONTACTS_TOPIC = "kith.contacts.v1"
"""Each contact's current state: compacted, so that its newest message is kept."""

TOPICS = (TOPIC, CONTACTS_TOPIC)

LARGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes; an amendment of the longest texts there may be holds old and new."""

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
"""How the producer sends."""


Addressed = tuple[str, Message]
"""A topic, and what goes there."""


class Unacknowledged(Exception):
    """Kafka didn't take a page in time."""


def make_topics(settings: Settings) -> None:
    """Make the topics that are missing. One that is there is left as it is. Raises KafkaError."""
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
    # What was kept for a week only, as is Kafka's default, couldn't be replayed.
    kept = {"cleanup.policy": "compact"} if name == CONTACTS_TOPIC else {"retention.ms": "-1"}
    return NewTopic(
        name,
        num_partitions=settings.kafka_topic_partitions,
        replication_factor=-1,  # the cluster's own default
        topic_configs={"max.message.bytes": str(LARGEST_MESSAGE)} | kept,
    )


class Broker:
    """One producer. After a failure it sends nothing more: a new one begins at the checkpoint."""

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
                # The producer itself never gives up on a message and goes on with the next: the
                # page has a deadline.
                delivery_timeout_ms=NEVER,
                max_request_size=2 * LARGEST_MESSAGE,
                max_block_ms=SECONDS_TO_CONNECT * 1000,
                allow_auto_create_topics=False,
            )

    def send(self, messages: Sequence[Addressed]) -> Callable[[], None]:
        """Hand messages over, in order. What is returned waits until Kafka has acknowledged all of
        them. Both raise KafkaError; waiting raises Unacknowledged as well."""
        pending = []
        for topic, (key, value, headers) in messages:
            future = self._producer.send(topic, key=key, value=value, headers=headers)
            future.add_errback(self._stop)
            pending.append(future)

        def wait() -> None:
            deadline = time.monotonic() + SECONDS_TO_ACKNOWLEDGE
            for future in pending:
                if future.succeeded():
                    continue
                left = deadline - time.monotonic()
                if not future.is_done and left <= 0:
                    raise Unacknowledged(f"not within {SECONDS_TO_ACKNOWLEDGE:g} seconds")
                future.get(max(left, 0.001))

        return wait

    def close(self) -> None:
        """Drop what hasn't been acknowledged."""
        self._stop()
        # By now nothing is pending, or it is being dropped; closing only waits for the latter.
        self._producer._sender.join(SECONDS_TO_CONNECT)
        try:
            self._producer.close(timeout=0)
        except KafkaError:
            return

    def _stop(self, _error: object = None) -> None:
        # close(timeout=0) would do, but it flushes first and so waits for what can't be sent.
        self._producer._sender.force_close()
