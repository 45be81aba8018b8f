"""A real Kafka broker of the tests' own: a process that is started, stopped, killed and emptied."""

import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from infrastructure.relay.connecting import connection_options
from infrastructure.settings import Settings

SECONDS_TO_START = 240.0
SECONDS_TO_STOP = 20.0


_given: set[int] = set()


def free_port() -> int:
    """One that nobody listens on, and that hasn't been given before."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = int(server.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


class RealBroker(ABC):
    """Listens on a port of its own on this machine, the same after every start."""

    name: str
    """The name of the broker in the tests' report."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Until it answers."""
        if self.runs():
            return
        self._process = self.spawn(self.command())
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if not self.runs() or time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"the broker didn't start: {self.complaint()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """In order, as a machine that is shut down does it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def hang(self) -> None:
        """Answer nothing any more, and take nothing in, until it is killed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """At once, as a crash does it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self) -> Settings:
        return Settings(data_dir=Path("unused"), kafka_bootstrap_servers=(self.address,))

    @contextmanager
    def administrator(self) -> Iterator[KafkaAdminClient]:
        with connection_options(self.settings()) as options:
            admin = KafkaAdminClient(**options)
        with closing(admin):
            yield admin

    def topics(self) -> list[str]:
        with self.administrator() as admin:
            return [name for name in admin.list_topics() if not name.startswith("__")]

    @abstractmethod
    def empty(self) -> None:
        """Running, and without a topic."""

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    def complaint(self) -> str:
        """The broker's last output before it ended."""
        return "it said nothing"

    def spawn(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) != 0:
                return False
        try:
            self.topics()
        except (KafkaError, OSError):
            return False
        return True
