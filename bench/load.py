"""A load generator that leaves the processors to what it measures.

Requests are bytes made beforehand; of an answer it reads the status and the length. It knows just
enough HTTP for servers that answer with `Content-Length`, as both of ours do.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

LONGEST_SECONDS = 120.0
"""A run that takes longer has gone wrong."""


class UnexpectedAnswer(Exception):
    """A server answered something else than what was to be measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a run: requests a second, and how long they took, in milliseconds, sorted."""

    rate: float
    milliseconds: list[float]

    def percentile(self, share: float) -> float:
        return self.milliseconds[min(int(len(self.milliseconds) * share), len(self) - 1)]

    def __len__(self) -> int:
        return len(self.milliseconds)

    @property
    def p50(self) -> float:
        return self.percentile(0.50)

    @property
    def p99(self) -> float:
        return self.percentile(0.99)


class _Client(asyncio.Protocol):
    """One connection: sends a request, waits for its answer, sends the next, to their end."""

    def __init__(self, requests: Iterator[bytes], expected: int, done: "asyncio.Future[None]"):
        self._requests = requests
        self._expected = b"%d" % expected
        self._done = done
        self._received = b""
        self._length = -1
        self._sent = 0.0
        self.milliseconds: list[float] = []
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        if self._length < 0:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = received[:end].lower()
            if received[9:12] != self._expected or b"\r\ncontent-length: " not in head:
                self._fail(received)
                return
            self._length = end + 4 + int(head.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0])
        if len(received) >= self._length:
            self.milliseconds.append((time.perf_counter() - self._sent) * 1000)
            self.body = received
            self._received, self._length = b"", -1
            self._send()

    def _fail(self, received: bytes) -> None:
        if not self._done.done():
            answer = received[:400].decode(errors="replace")
            self._done.set_exception(UnexpectedAnswer(f"The server answered:\n{answer}"))
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(UnexpectedAnswer("The server closed the connection."))


async def _run(port: int, requests: Iterator[bytes], connections: int, expected: int) -> Load:
    loop = asyncio.get_running_loop()
    clients: list[_Client] = []
    done: list[asyncio.Future[None]] = []

    def client() -> _Client:
        done.append(loop.create_future())
        clients.append(_Client(requests, expected, done[-1]))
        return clients[-1]

    started = time.perf_counter()
    async with asyncio.timeout(LONGEST_SECONDS):
        for _ in range(connections):
            await loop.create_connection(client, "127.0.0.1", port)
        await asyncio.gather(*done)
    seconds = time.perf_counter() - started
    taken = sorted(taken for client in clients for taken in client.milliseconds)
    return Load(len(taken) / seconds, taken)


def load(port: int, requests: Iterator[bytes], *, connections: int, expected: int) -> Load:
    """Send all requests over so many connections, each as soon as its last one is answered.

    Raises UnexpectedAnswer unless every status is the expected one, TimeoutError if it hangs.
    """
    return uvloop.run(_run(port, requests, connections, expected))


def ask(port: int, request: bytes, *, expected: int = 200) -> bytes:
    """One request, and the body of its answer."""
    answers: list[bytes] = []

    async def once() -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        client = _Client(iter((request,)), expected, done)
        await loop.create_connection(lambda: client, "127.0.0.1", port)
        async with asyncio.timeout(LONGEST_SECONDS):
            await done
        answers.append(client.body.partition(b"\r\n\r\n")[2])

    uvloop.run(once())
    return answers[0]
