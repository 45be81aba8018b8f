"""The messages of a topic, as a consumer reads them."""

import time
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from infrastructure.relay.broker import TOPIC
from infrastructure.relay.connecting import connection_options
from tests.brokers.broker import RealBroker


def consumed(broker: RealBroker, topic: str = TOPIC) -> list[Any]:
    """Every message of a topic, each partition's in order."""
    with connection_options(broker.settings()) as options:
        consumer = KafkaConsumer(**options, auto_offset_reset="earliest", enable_auto_commit=False)
    with closing(consumer):
        found = consumer.partitions_for_topic(topic)
        partitions = [TopicPartition(topic, number) for number in sorted(found or ())]
        if not partitions:
            return []
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        messages: list[Any] = []
        deadline = time.monotonic() + 60
        while any(consumer.position(one) < end for one, end in ends.items()):
            assert time.monotonic() < deadline, "the broker doesn't give what it has"
            for batch in consumer.poll(timeout_ms=200).values():
                messages += batch
        return sorted(messages, key=lambda message: (message.partition, message.offset))


def header(message: Any, name: str) -> str:
    return str(dict(message.headers)[name].decode())
