"""Event streams: what a thousand idle clients cost, how soon an event is with its client when there
is nothing else to do, and whether one who doesn't read makes the others wait.

The clients share the machine, and this process, with what they measure.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from uuid import UUID

import httpx
import psutil
import uvloop

from bench import sample
from bench.load import Load
from bench.plan import Bench
from bench.rounds import Result
from bench.servers import Server, kith

DATABASE = "stream"
PATIENCE = 60.0
"""Seconds after which an event that hasn't come has gone wrong."""

PAUSE = 0.03
"""Seconds between two requests, so that the service is idle when the next one comes."""

LARGE, LARGE_NOTES = 100, "x" * 90_000
"""Interactions for the client that doesn't read: more than sockets hold on to by themselves."""


def run(bench: Bench) -> Iterator[Result]:
    bench.ground.make(DATABASE)
    with kith(bench.ground, DATABASE) as server:
        yield from uvloop.run(_measured(bench, server))


async def _measured(bench: Bench, server: Server) -> list[Result]:
    clients, arrivals = bench.sizes.streams, bench.sizes.arrivals
    say = bench.sayer("stream")
    async with _Writer(server) as writer, AsyncExitStack() as stack:
        one = await stack.enter_async_context(_stream(server))
        await writer.post(arrivals // 10, [one])  # warms up
        say("one client")
        results = _latency("one client", await writer.post(arrivals, [one]))
        say("one client, beside another that doesn't read")
        await writer.post(LARGE, [one], notes=LARGE_NOTES)
        with _not_reading(server):
            taken = await writer.post(arrivals, [one])
        results += _latency("one client, another doesn't read", taken)
        say(f"{clients:,} idle clients")
        before, busy_before = server.megabytes, await _busy(server, bench.sizes.idle_seconds / 2)
        for _ in range(clients):
            await stack.enter_async_context(_stream(server))
        name = f"{clients:,} idle event streams"
        memory = server.megabytes - before
        results.append(Result(f"{name}: memory", "MB", memory, target=100, at_least=False))
        busy = await _busy(server, bench.sizes.idle_seconds)
        results.append(
            Result(f"{name}, to one: processor", "%", busy, busy_before, target=10, at_least=False)
        )
        say(f"one of {clients:,} clients that are all told")
        taken = await writer.post(arrivals // 3, [one])
        return results + _latency(f"one of {clients:,} clients, all told", taken, target=None)


def _latency(name: str, milliseconds: Sequence[float], target: float | None = 100) -> list[Result]:
    load = Load(0.0, sorted(milliseconds))
    name = f"From a command's answer to its event in a stream, {name}"
    return [
        Result(f"{name}, p50", "ms", load.p50),
        Result(f"{name}, p99", "ms", load.p99, target=target, at_least=False),
    ]


async def _busy(server: Server, seconds: float) -> float:
    """Per cent of a processor that the service takes while nothing happens."""
    process = psutil.Process(server.pid)
    process.cpu_percent()
    await asyncio.sleep(seconds)
    return process.cpu_percent()


class _Stream(asyncio.Protocol):
    """A client that knows when what it waits for came: first the end of what is there already."""

    def __init__(self) -> None:
        self._received = b""
        self._wanted = b": caught up"
        self.seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def next_event(self) -> "asyncio.Future[float]":
        """When it came, by the performance counter."""
        self._received, self._wanted = b"", b"data: "
        self.seen = asyncio.get_running_loop().create_future()
        return self.seen

    def data_received(self, data: bytes) -> None:
        if not self.seen.done():
            self._received += data
            if self._wanted in self._received:
                self.seen.set_result(time.perf_counter())


@asynccontextmanager
async def _stream(server: Server) -> AsyncIterator[_Stream]:
    loop = asyncio.get_running_loop()
    transport, stream = await loop.create_connection(_Stream, "127.0.0.1", server.port)
    transport.write(sample.get(server.token, "/api/events/stream"))
    try:
        await asyncio.wait_for(stream.seen, PATIENCE)
        yield stream
    finally:
        transport.close()


@contextmanager
def _not_reading(server: Server) -> Iterator[None]:
    """A client that asks for everything there is and looks at none of it."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(sample.get(server.token, "/api/events/stream?after=0"))
        yield


class _Writer:
    """Logs interactions one by one."""

    def __init__(self, server: Server):
        headers = {"Authorization": f"Bearer {server.token}"}
        url = f"http://127.0.0.1:{server.port}"
        self._client = httpx.AsyncClient(base_url=url, headers=headers, trust_env=False)

    async def __aenter__(self) -> "_Writer":
        answer = await self._client.post("/api/contacts", json={"name": "Ada Byron"})
        self._contact = UUID(answer.raise_for_status().json()["id"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, count: int, streams: Sequence[_Stream], **more: str) -> list[float]:
        """Milliseconds from each answer until the event has come; less than none where it was
        there before."""
        taken = []
        for number in range(count):
            coming = [stream.next_event() for stream in streams]
            body = sample.interaction(self._contact, number) | more
            (await self._client.post("/api/interactions", json=body)).raise_for_status()
            answered = time.perf_counter()
            arrived = await asyncio.wait_for(asyncio.gather(*coming), PATIENCE)
            taken.append((max(arrived) - answered) * 1000)
            await asyncio.sleep(PAUSE)
        return taken
