"""The marked block of a meeting's agenda inside a description that is HTML.

The words of the marks are those of plain descriptions, so that one that was made HTML afterwards
has its block replaced as well. All of it takes time linear in the description.
"""

import re
from collections.abc import Sequence
from html import escape, unescape

from infrastructure.calendars.icalendar.agenda import BEGINS, ENDS, with_agenda, without_agenda

BREAKS = ("<br>", "<br/>", "<br />")

_MARKUP = re.compile(r"</?[a-z][^<>]*>|&#?\w{1,32};", re.IGNORECASE)
_LINE_ENDS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_HEAD = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY_ENDS = re.compile(r"</body\s*>", re.IGNORECASE)


def is_html(description: str) -> bool:
    return _MARKUP.search(description) is not None


def text_of(html: str) -> str:
    """The text of a description, a line for each that is shown, and no two empty ones in a row."""
    *_, body = _HEAD.split(html)
    lines = _LINE_ENDS.sub("\n", body.replace("\r", "").replace("\n", " "))
    shown = (" ".join(unescape(line).split()) for line in _TAG.sub("", lines).split("\n"))
    kept: list[str] = []
    for line in shown:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def has_agenda(description: str, agenda: Sequence[str]) -> bool:
    """True if the description, plain or HTML, has this agenda already."""
    begin, end = _block(description)
    block, wanted = description[begin:end], with_agenda("", agenda).splitlines()
    return wanted in (_lines(block), _lines(text_of(block)))


def described(description: str, agenda: Sequence[str]) -> str:
    """The description, HTML or plain, with this agenda in the place of the one before."""
    write = html_with_agenda if is_html(without_agenda(description)) else with_agenda
    return write(description, agenda)


def html_with_agenda(html: str, agenda: Sequence[str]) -> str:
    """The description with this agenda in the place of the one before, else at its end; without
    one, if it is empty."""
    begin, end = _block(html)
    before = html[:begin].rstrip()
    if begin == end:
        ends = _BODY_ENDS.search(html)
        end = ends.start() if ends else len(html)
        before = html[:end]
    elif before.endswith(BREAKS):
        before = before[: before.rindex("<")]
    lines = with_agenda("", agenda).splitlines()
    return before + "".join(f"<br>{escape(line)}" for line in lines) + html[end:]


def _lines(block: str) -> list[str]:
    lines = (" ".join(line.split()) for line in block.split("\n"))
    return [line for line in lines if line]


def _block(description: str) -> tuple[int, int]:
    """The begin and the end of the block; the same place twice, if there is none."""
    begin = description.find(BEGINS)
    end = description.find(ENDS, begin) if begin >= 0 else -1
    return (begin, end + len(ENDS)) if end >= 0 else (0, 0)
