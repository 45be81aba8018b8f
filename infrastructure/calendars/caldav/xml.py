"""Answers of WebDAV (RFC 4918) in XML, read within bounds.

A document type is refused, so that there are no entities but XML's own. Each response of a
multistatus is reduced when it ends: a list of many objects isn't held as a tree.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from anyio import CapacityLimiter, to_thread

from infrastructure.calendars.port import Unreachable

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CALENDAR_SERVER = "{http://calendarserver.org/ns/}"

MOST_ELEMENTS = 1_000_000
"""Elements of an answer."""

MOST_WITHIN = 5_000
"""Elements of one response."""

DEEPEST = 32
"""Elements within each other."""

PIECE = 65_536
"""Bytes parsed at once. A longer answer is parsed in a thread, and other threads have their turns
between its pieces."""

NO_SENSE = "The server doesn't answer as CalDAV asks."

T = TypeVar("T")


class Response(NamedTuple):
    """`status` is the one of the whole resource, or None where there are properties; `properties`
    are those that the server gave."""

    href: str
    status: int | None
    properties: dict[str, Element]

    def text(self, name: str) -> str | None:
        found = self.properties.get(name)
        return None if found is None else (found.text or "").strip() or None

    def href_in(self, name: str) -> str | None:
        return next(self.hrefs_in(name), None)

    def hrefs_in(self, name: str) -> Iterator[str]:
        found = self.properties.get(name)
        for each in [] if found is None else found.iter(f"{DAV}href"):
            if each.text and each.text.strip():
                yield each.text.strip()


async def multistatus(body: bytes, kept: Callable[[Response], T]) -> tuple[list[T], str | None]:
    """The responses, each as `kept` reduces it, and the sync-token. Raises Unreachable."""

    def parsed() -> tuple[list[T], str | None]:
        found: list[T] = []
        token: str | None = None

        def take(element: Element) -> None:
            nonlocal token
            if element.tag == f"{DAV}response":
                found.append(kept(_response(element)))
            elif element.tag == f"{DAV}sync-token":
                token = (element.text or "").strip() or None

        _parse(body, f"{DAV}multistatus", take)
        return found, token

    if len(body) <= PIECE:
        return parsed()
    return await to_thread.run_sync(parsed, limiter=_threads())


def conditions(body: bytes) -> frozenset[str]:
    """The names of the conditions in a DAV:error (RFC 4918, 16); none, if the body is none."""
    found: set[str] = set()
    try:
        _parse(body[:PIECE], f"{DAV}error", lambda element: found.add(element.tag))
    except Unreachable:
        return frozenset()
    return frozenset(found)


_limiter: list[CapacityLimiter] = []


def _threads() -> CapacityLimiter:
    """Long answers are parsed one at a time: they take much of a core, and memory."""
    if not _limiter:
        _limiter.append(CapacityLimiter(1))
    return _limiter[0]


def _response(element: Element) -> Response:
    properties: dict[str, Element] = {}
    for part in element.iter(f"{DAV}propstat"):
        if (_status(part) or 200) // 100 == 2:
            for each in part.find(f"{DAV}prop") or ():
                properties[each.tag] = each
    href = (element.findtext(f"{DAV}href") or "").strip()
    return Response(href, _status(element), properties)


def _status(element: Element) -> int | None:
    """The number in a line such as HTTP/1.1 404 Not Found."""
    words = (element.findtext(f"{DAV}status") or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else None


def _parse(body: bytes, root: str, take: Callable[[Element], None]) -> None:
    """Give each child of the root to `take`. Raises Unreachable."""
    parser = XMLParser(target=_Children(root, take))  # noqa: S314
    try:
        for begin in range(0, len(body), PIECE):
            parser.feed(body[begin : begin + PIECE])
        parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise Unreachable(NO_SENSE) from error


class _Children:
    """The parser's target. Raises ValueError for what is beyond the bounds."""

    def __init__(self, root: str, take: Callable[[Element], None]):
        self._root, self._take = root, take
        self._builder = TreeBuilder()
        self._depth = self._elements = self._within = 0

    def doctype(self, *_: object) -> None:
        raise ValueError("a document type")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth == 0 and tag != self._root:
            raise ValueError("another root")
        if self._depth == 1:
            self._builder, self._within = TreeBuilder(), 0
        self._depth += 1
        self._elements += 1
        self._within += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS or self._within > MOST_WITHIN:
            raise ValueError("too many elements")
        if self._depth > 1:
            self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth:
            self._builder.end(tag)
        if self._depth == 1:
            self._take(self._builder.close())

    def data(self, text: str) -> None:
        if self._depth > 1:
            self._builder.data(text)

    def close(self) -> None:
        pass
