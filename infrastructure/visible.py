"""Text from outside, made fit for a terminal and for a line of a log.

A record, a mail or the name of a file may hold sequences that move the cursor, color or hide what
was printed, forge a line, or reverse the order of letters (U+202E).
"""

import json
import logging
from copy import copy
from unicodedata import category

_SPACE = "Zs"
"""The category of spaces that end no line: not printable to Python, but harmless."""


def visible(text: object, *, keep: str = "") -> str:
    """The text with every character that isn't printable escaped as in JSON, such as `\\u001b`.

    Those are control and format characters, line ends, lone surrogates and unassigned code points;
    characters of `keep` stay as they are. In a document of JSON the escapes change no value.
    """
    given = str(text)
    if given.isprintable():
        return given
    return "".join(one if _is_shown(one) or one in keep else _escaped(one) for one in given)


def _is_shown(character: str) -> bool:
    return character.isprintable() or category(character) == _SPACE


def _escaped(character: str) -> str:
    escaped = json.dumps(character)[1:-1]
    return escaped if escaped != character else f"\\u{ord(character):04x}"  # JSON leaves U+007F


class VisibleFormatter(logging.Formatter):
    """Writes a message in one line, and a traceback in its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        shown = copy(record)  # other handlers get theirs as it is
        shown.msg, shown.args = visible(record.getMessage()), ()
        return visible(super().format(shown), keep="\n")
