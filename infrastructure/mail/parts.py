"""The displayed text parts of a message, found by searching for their boundaries.

The standard library's parser builds every part, in time proportional to depth times length, which
a hostile mail can make arbitrarily long. Here only displayed parts are decoded, and a decision
about a part is made on its decoded text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from infrastructure.mail.headers import Head, read_head

PART_FIELDS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})

DEPTH_LIMIT = 20
PARTS_LIMIT = 500
_BOUNDARY_LINE = 200  # bytes after a boundary in which its line must end


class ContentType(NamedTuple):
    """A Content-Type; an invalid one means plain text."""

    kind: str
    charset: str = ""
    boundary: str = ""
    flowed: bool = False
    delete_space: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part, not yet decoded."""

    start: int
    end: int
    type: ContentType
    encoding: str

    @property
    def html(self) -> bool:
        return self.type.kind == "text/html"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Forms of one content, of which one is shown."""

    forms: tuple["Shown", ...]


Shown = list["Leaf | Alternatives"]
"""Parts that are shown, in order."""


@dataclass(slots=True)
class Search:
    """One traversal of the parts of one message. The forwarded messages among the attachments are
    kept: their text stands in for a missing one."""

    raw: bytes
    notes: list[str]
    attachments: int = 0
    parts: int = 0
    forwarded: list[Leaf] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def shown(self, head: Head, end: int, depth: int = 0, digest: bool = False) -> Shown:
        """The displayed text parts within a part, in order; all others count as attachments."""
        written = head.first("content-type")
        type_ = content_type(written or ("message/rfc822" if digest else ""))
        if type_.kind.startswith("multipart/"):
            found = islice(self._parts(head.body, end, type_.boundary), PARTS_LIMIT + 1)
            if parts := list(found):
                in_digest = type_.kind == "multipart/digest"
                children = list(self._children(parts, depth, in_digest))
                if type_.kind == "multipart/alternative":
                    return [Alternatives(tuple(children))]
                return [part for child in children for part in child]
            self.note("multipart without its boundary, read as plain text")
            type_ = ContentType("text/plain")
        encoding = head.first("content-transfer-encoding").partition(";")[0].strip().lower()
        leaf = Leaf(head.body, end, type_, encoding)
        inline = not head.first("content-disposition").lower().startswith("attachment")
        kind = type_.kind
        readable = kind in {"text/plain", "text/html"} or (depth == 0 and kind.startswith("text/"))
        if not readable or (depth > 0 and not inline):
            self.attachments += not kind.endswith("-signature")
            if kind in MESSAGE_TYPES:
                self.forwarded.append(leaf)
            return []
        return [leaf]

    def _children(self, parts: list[tuple[int, int]], depth: int, digest: bool) -> Iterator[Shown]:
        if depth >= DEPTH_LIMIT:
            self.note(f"parts nested deeper than {DEPTH_LIMIT} not read")
            return
        for start, end in parts:
            self.parts += 1
            if self.parts > PARTS_LIMIT:
                self.note(f"more than {PARTS_LIMIT} parts, the rest not read")
                return
            yield self.shown(read_head(self.raw, start, end, PART_FIELDS), end, depth + 1, digest)

    def _parts(self, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each part between boundary lines; the last line may be missing."""
        raw = self.raw
        mark = b"\n--" + boundary.encode("utf-8", "replace")
        part = -1
        at = start - 1  # the body begins a line
        while boundary and (found := raw.find(mark, at, end)) >= 0:
            at = found + len(mark)
            line = raw[at : min(end, at + _BOUNDARY_LINE)].partition(b"\n")[0]
            if line.strip() not in {b"", b"--"}:
                continue
            if part >= 0:
                yield part, max(part, found - raw.startswith(b"\r", found - 1))
            if line.strip():
                return
            part = min(end, at + len(line) + 1)
        if part >= 0:
            self.note("last boundary missing: it may be cut short")
        if 0 <= part < end:
            yield part, end


@lru_cache(maxsize=1024)
def content_type(value: str) -> ContentType:
    """A Content-Type, read by the standard library."""
    if not value:
        return ContentType("text/plain")
    message = Message()
    try:
        message["Content-Type"] = value[:1_000]
        return ContentType(
            message.get_content_type(),
            _parameter(message, "charset"),
            message.get_boundary("") or "",
            _parameter(message, "format").strip().lower() == "flowed",
            _parameter(message, "delsp").strip().lower() == "yes",
        )
    except (ValueError, IndexError, LookupError, TypeError):
        return ContentType("text/plain")


def _parameter(message: Message, name: str) -> str:
    value = message.get_param(name, "")
    # RFC 2231 parameters come as (charset, language, value).
    return value[2] if isinstance(value, tuple) else str(value)
