"""The text of an HTML mail, for the one use we have: reading it in a timeline.

Not built on `html.parser`: before its 2025 fixes it takes quadratic time on tags that never end
(measured on Python 3.11.7: 10 s for 32 KB of `<a `), and a mail can hold megabytes of them. This
goes through the text once, whatever it is.
"""

import html
import re

from infrastructure.mail.charsets import clean

_TAG_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]*")
_HUGE_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")  # int() refuses thousands of digits
_PARAGRAPH_TAG = re.compile(r"blockquote|h[1-6r]|p|table")
_LINE_TAG = re.compile(
    r"address|article|aside|body|br|center|d[dlt]|div|footer|form|header|li|main|nav|ol|pre|section"
    r"|t(?:body|foot|head|r)|ul"
)
# What stands inside these isn't for reading.
_SKIPPED_TAGS = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title")
}
_ATTRIBUTE_LIMIT = 2_000  # how far we look for the end of a quoted attribute holding a ">"


def text_of(source: str) -> str:
    """The readable text, its paragraphs as lines; tags that never end count as text."""
    pieces: list[str] = []
    at = 0
    while True:
        opened = source.find("<", at)
        if opened < 0:
            break
        pieces.append(_flowing(source[at:opened]))
        if source.startswith("<!--", opened):
            closed = source.find("-->", opened + 4)
            at = len(source) if closed < 0 else closed + 3
            continue
        sign = source[opened + 1 : opened + 2]
        name = _TAG_NAME.match(source, opened + (2 if sign == "/" else 1))
        if name is None and sign not in {"!", "?", "/"}:
            pieces.append("<")
            at = opened + 1
            continue
        closed = _tag_end(source, opened)
        if closed < 0:
            at = opened
            break
        at = closed + 1
        tag = name[0].lower() if name else ""
        if _PARAGRAPH_TAG.fullmatch(tag):
            pieces.append("\n\n")
        elif _LINE_TAG.fullmatch(tag):
            pieces.append("\n")
        elif tag in {"td", "th"}:
            pieces.append(" ")
        elif tag in _SKIPPED_TAGS and sign != "/":
            end = _SKIPPED_TAGS[tag].search(source, at)
            at = len(source) if end is None else end.start()
    pieces.append(_flowing(source[at:]))
    return _tidy(html.unescape(_HUGE_REFERENCE.sub("\ufffd", "".join(pieces))))


def _tag_end(source: str, opened: int) -> int:
    closed = source.find(">", opened)
    if closed >= 0 and source.count('"', opened, closed) % 2:
        quote = source.find('"', closed, closed + _ATTRIBUTE_LIMIT)
        later = source.find(">", quote, quote + _ATTRIBUTE_LIMIT) if quote >= 0 else -1
        return later if later >= 0 else closed
    return closed


def _flowing(text: str) -> str:
    return text.replace("\n", " ")


def _tidy(text: str) -> str:
    lines: list[str] = []
    for line in clean(text).split("\n"):
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    return "\n".join(lines).strip()
