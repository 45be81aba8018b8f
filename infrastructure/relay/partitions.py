"""Where a key's messages go: where any client of Kafka would send them, found out once per key."""

from functools import lru_cache
from typing import Any

from kafka.partitioner.default import DefaultPartitioner, murmur2

KEYS_REMEMBERED = 20_000
"""A few megabytes. The hash is Python's work, and a tenth of what sending a message takes."""


class RememberingPartitioner(DefaultPartitioner):  # type: ignore[misc]
    def partition(
        self, topic: str, key: Any, serialized_key: bytes, value: Any, serialized: Any, cluster: Any
    ) -> int:
        partitions = cluster.partitions_for_topic(topic)
        if not partitions:
            raise ValueError(f"Kafka has no topic {topic}")
        return hashed(serialized_key) % len(partitions)


@lru_cache(KEYS_REMEMBERED)
def hashed(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF
