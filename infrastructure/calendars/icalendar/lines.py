"""Content lines of iCalendar text (RFC 5545, 3.1): unfolded, and beside it their bytes.

Lines are unfolded as bytes, because a fold may split a character. The bytes stay, because a text
that is patched keeps those of every line that isn't.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from icalendar.parser import Contentline, Parameters

NAME = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*[:;]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = 75
"""Octets of a line before it is folded."""

BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """`raw` has the folds and the end of the line; `name` is in upper case, and empty for a line
    that is no property."""

    raw: bytes
    name: str
    text: str

    @property
    def value(self) -> str:
        """The value as it stands: no escape is undone."""
        return self.text.partition(":")[2].strip()

    def parts(self) -> tuple[Parameters, str] | None:
        """The parameters and the value, its escapes undone; None where they can't be told apart."""
        try:
            _, parameters, value = Contentline(self.text).parts()
        except (ValueError, AssertionError):
            return None
        return parameters, CONTROL.sub("", value)


def lines(text: bytes) -> Iterator[Line]:
    """The lines of a text, in time linear in its length. A byte order mark is left out."""
    if text.startswith(BOMS):
        text = text.decode("utf-16", "replace").encode("utf-8", "replace")
    folds: list[bytes] = []
    for piece in text.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True):
        if folds and piece.startswith((b" ", b"\t")):
            folds.append(piece)
        else:
            if folds:
                yield _unfolded(folds)
            folds = [piece]
    if folds:
        yield _unfolded(folds)


def _unfolded(folds: list[bytes]) -> Line:
    first, *rest = (fold.rstrip(b"\r\n") for fold in folds)
    text = _decoded(b"".join((first, *(fold[1:] for fold in rest))))
    named = NAME.match(text)
    return Line(b"".join(folds), named[1].upper() if named else "", text)


def _decoded(text: bytes) -> str:
    """UTF-8, as the RFC demands, else the charset that Windows wrote before."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def line(text: str, end: bytes = b"\r\n") -> Line:
    """A new line, folded if it is too long."""
    if text.isascii() and len(text) < LONGEST:
        folded = text.encode()
    else:
        folded = Contentline(text).to_ical().replace(b"\r\n", end)
    named = NAME.match(text)
    assert named
    return Line(folded + end, named[1].upper(), text)


def escaped(text: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")
