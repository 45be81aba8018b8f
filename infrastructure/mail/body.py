"""The text of a message, decoded and cut to a limit.

Parts are found by searching for their boundaries, and only displayed parts are decoded. The
standard library's parser builds every part, in time proportional to depth times length, which a
hostile mail can make arbitrarily long.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from itertools import islice

from infrastructure.mail.charsets import decode
from infrastructure.mail.headers import Head, from_base64, read_head
from infrastructure.mail.html_text import text_of

TEXT_LIMIT = 20_000  # characters kept of a body
PART_FIELDS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})

_PLAIN_BYTES = TEXT_LIMIT * 12  # four bytes a character, each as =XX
_HTML_BYTES = 400_000
_DEPTH_LIMIT = 20
_PARTS_LIMIT = 500
_BOUNDARY_LINE = 200  # bytes after a boundary in which its line must end
_BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]+[ \t]*(?:\r?\n|$)")
_META_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)


@dataclass(slots=True)
class Body:
    """The text of a message."""

    text: str = ""
    truncated: bool = False
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text part, not yet decoded."""

    start: int
    end: int
    html: bool
    charset: str
    encoding: str


@dataclass(slots=True)
class _Search:
    """One traversal of the parts of one message."""

    raw: bytes
    notes: list[str]
    attachments: int = 0
    parts: int = 0

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def leaves(self, head: Head, end: int, depth: int = 0) -> list[_Leaf]:
        """The displayed text parts within a part, in order; all others count as attachments."""
        kind, charset, boundary = content_type(head.first("content-type"))
        if kind.startswith("multipart/"):
            if parts := list(islice(_parts(self.raw, head.body, end, boundary), _PARTS_LIMIT + 1)):
                children = list(self._children(parts, depth))
                if kind == "multipart/alternative":
                    return self._best(children)
                return [leaf for child in children for leaf in child]
            self.note("multipart without its boundary, read as plain text")
            kind = "text/plain"
        shown_inline = not head.first("content-disposition").lower().startswith("attachment")
        readable = kind in {"text/plain", "text/html"} or (depth == 0 and kind.startswith("text/"))
        if not readable or (depth > 0 and not shown_inline):
            self.attachments += not kind.endswith("-signature")
            return []
        encoding = head.first("content-transfer-encoding").partition(";")[0].strip().lower()
        return [_Leaf(head.body, end, kind == "text/html", charset, encoding)]

    def _children(self, parts: list[tuple[int, int]], depth: int) -> Iterator[list[_Leaf]]:
        if depth >= _DEPTH_LIMIT:
            self.note(f"parts nested deeper than {_DEPTH_LIMIT} not read")
            return
        for start, end in parts:
            self.parts += 1
            if self.parts > _PARTS_LIMIT:
                self.note(f"more than {_PARTS_LIMIT} parts, the rest not read")
                return
            yield self.leaves(read_head(self.raw, start, end, PART_FIELDS), end, depth + 1)

    def _best(self, alternatives: list[list[_Leaf]]) -> list[_Leaf]:
        """The first plain alternative that isn't blank, else the first HTML one."""
        filled = [leaves for leaves in alternatives if any(map(self._says_something, leaves))]
        plain = [leaves for leaves in filled if not any(leaf.html for leaf in leaves)]
        return next(iter(plain or filled), [])

    def _says_something(self, leaf: _Leaf) -> bool:
        return bool(self.raw[leaf.start : min(leaf.end, leaf.start + 2_000)].strip())

    def text(self, leaf: _Leaf) -> tuple[str, bool]:
        """The text of a leaf; True if it was cut."""
        limit = _HTML_BYTES if leaf.html else _PLAIN_BYTES
        data = self.raw[leaf.start : min(leaf.end, leaf.start + limit)]
        data = self._transfer_decoded(data, leaf.encoding)
        charset = leaf.charset
        if leaf.html and not charset and (declared := _META_CHARSET.search(data, 0, 4_096)):
            charset = declared[1].decode("ascii")
        text, odd = decode(data, charset)
        if odd:
            self.note(f"body {odd}")
        if leaf.html:
            text = text_of(text)
        return text.rstrip().lstrip("\n"), leaf.end - leaf.start > limit

    def _transfer_decoded(self, data: bytes, encoding: str) -> bytes:
        if encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        if encoding == "base64":
            if data.strip() and not _BASE64_LINE.match(data):
                self.note("body says it is base64 and isn't")
                return data
            data, whole = from_base64(data)
            if not whole:
                self.note("body is damaged base64")
        elif encoding not in {"", "7bit", "8bit", "binary"}:
            self.note("body in an unknown transfer encoding")
        return data


def read_body(raw: bytes, head: Head, notes: list[str]) -> Body:
    """The text of a message: plain text if there is any, else the text of its HTML."""
    search = _Search(raw, notes)
    body = Body()
    texts: list[str] = []
    for leaf in search.leaves(head, len(raw)):
        text, cut = search.text(leaf)
        body.truncated |= cut
        if text:
            texts.append(text)
        if sum(map(len, texts)) > TEXT_LIMIT:
            break
    body.text = "\n\n".join(texts)
    body.attachments = search.attachments
    if len(body.text) > TEXT_LIMIT:
        body.text = body.text[:TEXT_LIMIT].rstrip()
        body.truncated = True
    return body


@lru_cache(maxsize=1024)
def content_type(value: str) -> tuple[str, str, str]:
    """(type, charset, boundary) of a Content-Type; an invalid one means plain text."""
    if not value:
        return "text/plain", "", ""
    message = Message()
    try:
        message["Content-Type"] = value[:1_000]
        charset = message.get_param("charset", "")
        # RFC 2231 parameters come as (charset, language, value).
        charset = charset[2] if isinstance(charset, tuple) else str(charset)
        boundary = message.get_boundary("") or ""
        return message.get_content_type(), charset, boundary
    except (ValueError, IndexError, LookupError, TypeError):
        return "text/plain", "", ""


def _parts(raw: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each part between boundary lines; the last line may be missing."""
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
    if 0 <= part < end:
        yield part, end
