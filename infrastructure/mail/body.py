"""The text of a message, decoded and cut to a limit."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from domain.mail_address import INVISIBLE
from infrastructure.mail.charsets import decode
from infrastructure.mail.flowed import unflowed
from infrastructure.mail.headers import Head, from_base64, read_head
from infrastructure.mail.html_text import text_of
from infrastructure.mail.line_ends import with_lf
from infrastructure.mail.parts import PART_FIELDS, Alternatives, Leaf, Search, Shown

TEXT_LIMIT = 20_000  # characters kept of a body

_PLAIN_BYTES = TEXT_LIMIT * 12  # four bytes a character, each as =XX
_HTML_BYTES = 400_000
_DECODED_LIMIT = 2_000_000  # bytes of parts that are decoded in search of a text
_FORWARDED_BYTES = 2_000_000  # of a forwarded message
_FORWARDED_LIMIT = 20  # forwarded messages whose texts are looked for
_META_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]+[ \t]*(?:\r?\n|$)")
_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?(?:\n|$))")
_SAYS_SOMETHING = re.compile(f"[^\\s{INVISIBLE}\u034f\u2800\u3164]")
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})


@dataclass(slots=True)
class Body:
    """The text of a message."""

    text: str = ""
    truncated: bool = False
    attachments: int = 0


@dataclass(slots=True)
class _Reading:
    """The texts of the parts of one message, each decoded once."""

    search: Search
    budget: int = _DECODED_LIMIT
    texts: dict[Leaf, str] = field(default_factory=dict)
    cut: set[Leaf] = field(default_factory=set)

    def chosen(self, shown: Shown) -> list[Leaf]:
        """The parts that are shown, with one form of all alternatives."""
        leaves: list[Leaf] = []
        length = 0
        for part in shown:
            found = [part] if isinstance(part, Leaf) else self._best(part)
            leaves.extend(found)
            length += sum(len(self.text(leaf)) for leaf in found)
            if length > TEXT_LIMIT:
                break
        return leaves

    def _best(self, alternatives: Alternatives) -> list[Leaf]:
        """The first plain alternative that isn't blank, else the first HTML one."""
        forms = sorted(alternatives.forms, key=_has_html)
        filled = ((form, self.chosen(form)) for form in forms)
        filled = ((form, found) for form, found in filled if any(map(self._says_something, found)))
        html: list[Leaf] = []
        for form, leaves in filled:
            if not _has_html(form) or not any(leaf.html for leaf in leaves):
                return leaves
            html = html or leaves
        return html

    def _says_something(self, leaf: Leaf) -> bool:
        return bool(_SAYS_SOMETHING.search(self.text(leaf)))

    def text(self, leaf: Leaf) -> str:
        known = self.texts.get(leaf)
        if known is None:
            known = self.texts[leaf] = self._decoded(leaf)
        return known

    def _decoded(self, leaf: Leaf) -> str:
        limit = min(_HTML_BYTES if leaf.html else _PLAIN_BYTES, self.budget)
        if limit <= 0:
            limit_in_mb = _DECODED_LIMIT // 1_000_000
            self.search.note(f"more than {limit_in_mb} MB of text, the rest not read")
            self.cut.add(leaf)
            return ""
        data = self.search.raw[leaf.start : min(leaf.end, leaf.start + limit)]
        self.budget -= len(data)
        cut = leaf.end - leaf.start > limit
        if cut:
            self.cut.add(leaf)
        data = _transfer_decoded(self.search, data, leaf.encoding, cut)
        charset = leaf.type.charset
        if leaf.html and not charset and (declared := _META_CHARSET.search(data, 0, 4_096)):
            charset = declared[1].decode("ascii")
        text, odd = decode(data, charset)
        if odd:
            self.search.note(f"body {odd}")
        if leaf.html:
            text = text_of(text)
        elif leaf.type.flowed:
            text = unflowed(text, leaf.type.delete_space)
        return text.rstrip().lstrip("\n")


def _has_html(shown: Shown) -> bool:
    return any(
        part.html if isinstance(part, Leaf) else any(map(_has_html, part.forms)) for part in shown
    )


def _transfer_decoded(search: Search, data: bytes, encoding: str, cut: bool) -> bytes:
    if encoding == "quoted-printable":
        if not cut and _BAD_QUOTED.search(data):
            search.note("body is damaged quoted-printable")
        return binascii.a2b_qp(data)
    if encoding == "base64":
        if data.strip() and not _BASE64_LINE.match(data):
            search.note("body says it is base64 and isn't")
            return data
        data, whole = from_base64(data)
        if not whole and not cut:
            search.note("body is damaged base64")
    elif encoding not in _PLAIN_ENCODINGS:
        search.note("body in an unknown transfer encoding")
    return data


def read_body(raw: bytes, head: Head, notes: list[str]) -> Body:
    """The text of a message: plain text if there is any, else the text of its HTML, else that of
    the messages it forwards."""
    search = Search(raw, notes)
    shown = search.shown(head, len(raw))
    body = _text(search, shown)
    if not _SAYS_SOMETHING.search(body.text) and search.forwarded:
        text = _forwarded(search)
        if text.text:
            search.note("text taken from a forwarded message")
            body.text, body.truncated = text.text, body.truncated or text.truncated
    body.attachments = search.attachments
    return body


def _text(search: Search, shown: Shown) -> Body:
    reading = _Reading(search)
    leaves = reading.chosen(shown)
    text = "\n\n".join(filter(None, map(reading.text, leaves)))
    return _bounded(text, not reading.cut.isdisjoint(leaves))


def _forwarded(outer: Search) -> Body:
    """The texts of the forwarded messages; of one without a text, those that it forwards."""
    waiting = [(outer.raw, leaf) for leaf in outer.forwarded]
    texts: list[str] = []
    any_cut = False
    for raw, leaf in islice(_growing(waiting), _FORWARDED_LIMIT):
        data = raw[leaf.start : min(leaf.end, leaf.start + _FORWARDED_BYTES)]
        cut = leaf.end - leaf.start > _FORWARDED_BYTES
        data = with_lf(_transfer_decoded(outer, data, leaf.encoding, cut)).lstrip(b"\n")
        start = data.find(b"\n") + 1 if data.startswith((b"From ", b">From ")) else 0
        search = Search(data, [] if cut else outer.notes)
        shown = search.shown(read_head(data, start, len(data), PART_FIELDS), len(data))
        found = _text(search, shown)
        any_cut |= cut or found.truncated
        if _SAYS_SOMETHING.search(found.text):
            texts.append(found.text)
        else:
            waiting.extend((data, leaf) for leaf in search.forwarded)
        if sum(map(len, texts)) > TEXT_LIMIT:
            break
    return _bounded("\n\n".join(texts), any_cut or len(waiting) > _FORWARDED_LIMIT)


def _growing(items: list[tuple[bytes, Leaf]]) -> Iterator[tuple[bytes, Leaf]]:
    at = 0
    while at < len(items):
        yield items[at]
        at += 1


def _bounded(text: str, cut: bool) -> Body:
    if len(text) > TEXT_LIMIT:
        return Body(text[:TEXT_LIMIT].rstrip(), True)
    return Body(text, cut)
