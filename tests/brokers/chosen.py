"""Which broker the tests run on: Apache Kafka where it can run, else Tansu.

KITH_TEST_BROKER=tansu or =kafka insists on one of them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.brokers import apache_kafka
from tests.brokers.apache_kafka import ApacheKafka
from tests.brokers.broker import RealBroker
from tests.brokers.tansu import Tansu


def kafka_chosen() -> bool:
    wanted = os.environ.get("KITH_TEST_BROKER", "")
    if wanted not in ("", "kafka", "tansu"):
        raise ValueError("KITH_TEST_BROKER is kafka or tansu")
    return wanted == "kafka" or (wanted == "" and apache_kafka.available())


def named() -> str:
    if kafka_chosen():
        return f"Apache Kafka {apache_kafka.version()}"
    return "Tansu ('make kafka' fetches Apache Kafka, where Java 17 and Maven are)"


@contextmanager
def broker() -> Iterator[RealBroker]:
    """One that isn't started yet. What it kept is gone in the end."""
    if not kafka_chosen():
        tansu = Tansu()
        try:
            yield tansu
        finally:
            tansu.kill()
        return
    directory = Path(tempfile.mkdtemp(prefix="kith-kafka-"))
    kafka = ApacheKafka(directory)
    try:
        yield kafka
    finally:
        kafka.kill()
        shutil.rmtree(directory, ignore_errors=True)
