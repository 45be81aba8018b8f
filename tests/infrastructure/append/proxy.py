"""A way to the database that can be cut, held up and closed, at the moment one chooses.

Everything said goes through unchanged until it is told otherwise. `watch` waits for a text in what
the client says, such as a name in an event, and then does what it was told to.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PORT = "5432"


class Then(Enum):
    """The fault to inject once the awaited text passes."""

    CUT_BEFORE = "it doesn't reach the server, and the connection is cut"
    CUT_AFTER = "the server answers, but the answer is lost with the connection"
    CUT_WHILE = "it reaches the server, and the connection is cut at once"
    HOLD = "it reaches the server, and no answer ever comes back"


class Proxy:
    def __init__(self, directory: Path, real_socket: str):
        self._path = directory / f".s.PGSQL.{PORT}"
        self._real = real_socket
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self.awaited: tuple[bytes, Then] | None = None
        self.happened = 0

    def watch(self, text: str, then: Then) -> None:
        """Do it the next time this text is said, once."""
        self.awaited = text.encode(), then

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self._path)

    async def close(self) -> None:
        """Cut everything and let nobody in until it is opened again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._path.unlink(missing_ok=True)
        for link in list(self._links):
            link.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            answers, questions = await asyncio.open_unix_connection(self._real)
            link = Link(self, writer, questions)
            self._links.add(link)
            try:
                await asyncio.gather(link.ask(reader), link.answer(answers))
            finally:
                link.cut()
                self._links.discard(link)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter):
        self._proxy = proxy
        self._client = client
        self._server = server
        self._then: Then | None = None
        self._heard = b""

    async def ask(self, reader: asyncio.StreamReader) -> None:
        """From the client to the server."""
        while chunk := await self._read(reader):
            self._look(chunk)
            if self._then is Then.CUT_BEFORE:
                break
            with suppress(OSError):
                self._server.write(chunk)
                await self._server.drain()
            if self._then is Then.CUT_WHILE:
                break
        self.cut()

    async def answer(self, reader: asyncio.StreamReader) -> None:
        """From the server to the client."""
        while chunk := await self._read(reader):
            if self._then is Then.CUT_AFTER:
                break
            if self._then is not Then.HOLD:
                with suppress(OSError):
                    self._client.write(chunk)
                    await self._client.drain()
        self.cut()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        with suppress(OSError):
            return await reader.read(65536)
        return b""

    def _look(self, chunk: bytes) -> None:
        awaited = self._proxy.awaited
        if awaited is None:
            return
        text, then = awaited
        self._heard = self._heard[-len(text) :] + chunk
        if text in self._heard:
            self._proxy.awaited = None
            self._proxy.happened += 1
            self._then = then

    def cut(self) -> None:
        self._client.close()
        self._server.close()


@asynccontextmanager
async def proxied(
    conninfo: str, make_directory: Callable[[], Path]
) -> AsyncIterator[tuple[str, Proxy]]:
    """A connection string that leads through a proxy, and the proxy."""
    directory = make_directory()
    real = conninfo_to_dict(conninfo)
    proxy = Proxy(directory, f"{real['host']}/.s.PGSQL.{real['port']}")
    await proxy.open()
    try:
        yield make_conninfo(conninfo, host=str(directory), port=PORT), proxy
    finally:
        await proxy.close()
