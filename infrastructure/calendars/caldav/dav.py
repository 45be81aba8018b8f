"""The methods of WebDAV on one account's server."""

from collections.abc import Callable
from typing import TypeVar

from infrastructure.calendars.asking import ask, failure
from infrastructure.calendars.caldav.hrefs import belongs, path_of, resolved
from infrastructure.calendars.caldav.questions import propfind
from infrastructure.calendars.caldav.xml import NO_SENSE, Response, multistatus
from infrastructure.calendars.port import Gone, Unreachable
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import Client, basic
from infrastructure.outside.way_out import WayOut

T = TypeVar("T")

MULTISTATUS = 207
GONE = (404, 410)
XML = {"Content-Type": "application/xml; charset=utf-8", "Accept-Encoding": "gzip"}


class Dav:
    """`address` is where the account was connected: credentials go to its server alone."""

    def __init__(self, way_out: WayOut, address: str, username: str, password: str):
        self.address = address
        headers = {"Authorization": basic(username, password), "User-Agent": "kith"}
        self._client = Client(way_out, headers)

    async def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """An answer of whatever status. Raises Unreachable, and Gone for another server."""
        try:
            ours = belongs(self.address, url)
        except ValueError:
            ours = False
        if not ours:
            raise Gone("The calendar isn't at this account's server.")
        return await ask(self._client, method, url, headers, body)

    async def question(self, method: str, url: str, depth: int, body: bytes) -> Answer:
        return await self.ask(method, url, XML | {"Depth": str(depth)}, body)

    async def properties(self, url: str, *names: str) -> tuple[str, Response]:
        """The address of a resource behind redirects, and its properties. Raises ServiceError."""
        base, found = await self.listed(url, 0, lambda response: response, *names)
        if not found:
            raise Unreachable(NO_SENSE)
        return base, found[0]

    async def listed(
        self, url: str, depth: int, kept: Callable[[Response], T], *names: str
    ) -> tuple[str, list[T]]:
        """The address of a collection behind redirects, and the properties of it and its members,
        each as `kept` reduces them. Raises ServiceError."""
        answer = await self.question("PROPFIND", url, depth, propfind(*names))
        if answer.status in (200, 405, 501):
            raise Unreachable("The server speaks no CalDAV at this address.")
        if answer.status != MULTISTATUS:
            raise failure(answer)
        found, _ = await multistatus(answer.body, kept)
        return answer.url, found

    async def close(self) -> None:
        await self._client.close()


def id_of(base: str, href: str) -> str:
    """An object's id: its path. Raises Unreachable for an address of another server."""
    return path_of(resolved(base, href))
