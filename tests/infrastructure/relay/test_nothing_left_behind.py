"""A Kafka that can't be reached, or won't have us, costs no socket and no thread, however long.

kafka-python leaves those to the garbage collector, which doesn't come by where little is done: so
it is switched off here. Each rule ships the mutant it catches: the library as it is.
"""

import gc
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from infrastructure.relay import connecting
from infrastructure.relay.broker import Broker
from infrastructure.settings import Settings
from tests.brokers.tansu import Tansu

pytestmark = pytest.mark.usefixtures("hasty")


class Held(NamedTuple):
    """Descriptors and threads of this process, each by what tells it from others."""

    descriptors: frozenset[tuple[int, ...]]
    threads: frozenset[threading.Thread]

    def more_than(self, before: "Held") -> tuple[int, int]:
        """Those that have come; others, of other tests, may go meanwhile."""
        return len(self.descriptors - before.descriptors), len(self.threads - before.threads)


def held() -> Held:
    descriptors = set()
    for path in Path("/dev/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            found = os.fstat(int(path.name))
            descriptors.add((int(path.name), found.st_dev, found.st_ino))
    return Held(frozenset(descriptors), frozenset(threading.enumerate()))


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def tansu() -> Iterator[Tansu]:
    """A broker that stops and starts quickly, whichever one the other tests run on."""
    one = Tansu()
    one.start()
    yield one
    one.kill()


@pytest.fixture
def left() -> Iterator[list[Any]]:
    """Clients that the mutants leave behind; the fixture closes them."""
    things: list[Any] = []
    yield things
    for one in things:
        one.close()


class Tries:
    """The tries to connect that have been made."""

    def __init__(self) -> None:
        self.made = 0

    def more(self, number: int) -> None:
        """Wait for so many more."""
        enough, deadline = self.made + number, time.monotonic() + 60
        while self.made < enough:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> Tries:
    one, connect = Tries(), KafkaNetSocket.sock_connect

    async def counted(*args: Any, **kwargs: Any) -> Any:
        one.made += 1
        return await connect(*args, **kwargs)

    monkeypatch.setattr(KafkaNetSocket, "sock_connect", counted)
    return one


def grown_while_down(broker: Tansu, tries: Tries) -> int:
    """Descriptors more after some tries, with nothing to send and a broker that is gone."""
    relays = Broker(broker.settings())
    try:
        broker.kill()
        tries.more(1)
        before = held()
        tries.more(4)
        return held().more_than(before)[0]
    finally:
        relays.close()
        broker.start()


def test_a_broker_that_is_down_costs_no_sockets(tansu: Tansu, tries: Tries):
    assert grown_while_down(tansu, tries) <= 1  # the one that is trying


def test_a_socket_left_by_each_try_is_detected(
    tansu: Tansu, tries: Tries, left: list[Any], monkeypatch: pytest.MonkeyPatch
):
    async def leaving(self: Any, net: Any, sock: socket.socket, *args: Any, **kwargs: Any) -> Any:
        left.append(sock)
        return await KafkaNetSocket.sock_connect(self, net, sock, *args, **kwargs)

    monkeypatch.setattr(connecting.DirectSocket, "sock_connect", leaving)
    assert grown_while_down(tansu, tries) >= 3


class Left(NamedTuple):
    descriptors: int
    threads: int


def left_by(tries: Callable[[], object], seconds: float = 60) -> Left:
    """Threads and sockets that failed tries leave behind. A thread has some seconds to end."""
    before = held()
    with pytest.raises(KafkaError):
        tries()
    until = time.monotonic() + seconds
    while (left := Left(*held().more_than(before))) != (0, 0) and time.monotonic() < until:
        time.sleep(0.01)
    return left


@pytest.fixture
def no_tls() -> Iterator[Settings]:
    """Settings of a server that hangs up on every client."""

    def hang_up(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                server.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up, args=(server,))
        thread.start()
        yield settings_for(server, "SSL")
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def settings_for(server: socket.socket, protocol: str) -> Settings:
    return Settings(
        data_dir=Path("unused"),
        kafka_bootstrap_servers=(f"127.0.0.1:{server.getsockname()[1]}",),
        kafka_security_protocol=protocol,
    )


def test_a_broker_that_wants_no_tls_is_given_up_with_all_its_sockets(no_tls: Settings):
    assert left_by(lambda: Broker(no_tls)) == (0, 0)


def test_a_socket_left_by_each_handshake_is_detected(
    no_tls: Settings, left: list[Any], monkeypatch: pytest.MonkeyPatch
):
    class Leaving(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            if self not in left:
                left.append(self)
            super().do_handshake(block)

    monkeypatch.setattr(connecting, "TLSSocket", Leaving)
    assert left_by(lambda: Broker(no_tls), 0.5).descriptors >= 2


@pytest.fixture(params=["PLAINTEXT", "SSL"])
def silence(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield settings_for(server, request.param)


def test_a_broker_that_never_answers_leaves_nothing_behind(silence: Settings):
    assert left_by(lambda: Broker(silence)) == (0, 0)


def test_a_client_left_running_is_detected(
    silence: Settings, left: list[Any], monkeypatch: pytest.MonkeyPatch
):
    def not_remembered(_: list[KafkaNetClient]) -> Callable[..., KafkaNetClient]:
        def begin(**options: Any) -> KafkaNetClient:
            left.append(KafkaNetClient(**options))
            return left[-1]

        return begin

    monkeypatch.setattr(connecting, "_remembered", not_remembered)
    found = left_by(lambda: Broker(silence), 0.5)
    assert found.threads >= 1
    assert found.descriptors >= 2
