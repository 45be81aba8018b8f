"""A way to the broker that is cut in the middle of what is said, again and again.

Each connection may carry so many bytes, at random; then the client's request ends half way, or goes
through whole and its answer is lost.
"""

import asyncio
from contextlib import suppress

from tests.faults.chance import chance

FEWEST, MOST = 2_000, 150_000
"""Bytes that a connection carries before it is cut."""


class CuttingProxy:
    def __init__(self, port: int, broker_port: int, cuts: int):
        self._port = port
        self._broker_port = broker_port
        self._left = cuts
        self._server: asyncio.Server | None = None
        self.cuts = 0

    async def __aenter__(self) -> "CuttingProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, questions = await asyncio.open_connection("127.0.0.1", self._broker_port)
        except OSError:
            writer.close()
            return
        link = _Link(self, writer, questions)
        await asyncio.gather(link.ask(reader), link.answer(answers))

    def take_cut(self) -> bool:
        """True if another connection may be cut, which then counts against the limit."""
        if self._left <= 0:
            return False
        self._left -= 1
        self.cuts += 1
        return True


class _Link:
    def __init__(
        self, proxy: CuttingProxy, client: asyncio.StreamWriter, broker: asyncio.StreamWriter
    ):
        self._proxy = proxy
        self._client = client
        self._broker = broker
        self._left = chance.randint(FEWEST, MOST)
        self._loses_answer = chance.random() < 0.5
        self._deaf = False

    async def ask(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                self._left -= len(chunk)
                if self._left < 0 and not self._deaf and self._proxy.take_cut():
                    if not self._loses_answer:
                        self._broker.write(chunk[: len(chunk) // 2])
                        await self._broker.drain()
                        break
                    self._deaf = True
                self._broker.write(chunk)
                await self._broker.drain()
        self._cut()

    async def answer(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while (chunk := await reader.read(65536)) and not self._deaf:
                self._client.write(chunk)
                await self._client.drain()
        self._cut()

    def _cut(self) -> None:
        self._client.close()
        self._broker.close()
