"""Line ends of mail, made one kind before anything is searched for.

RFC 5322 (section 2.3) knows CR LF only. Mailboxes have LF, mails of old programs a CR alone, and
files that were converted twice CR CR LF. As in the standard library's parser, each of them ends a
line: a CR that is left out instead would join header fields to one.
"""

import re

_EMPTY_LINE = re.compile(rb"(?:\r{0,2}\n|\r)(?:\r{0,2}\n|\r)")
_HEAD_LIMIT = 262_144  # bytes


def has_lone_cr(raw: bytes) -> bool:
    """True if a CR stands without its LF."""
    return b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n")


def with_lf(raw: bytes) -> bytes:
    """The mail with LF as its line end; of a mail with NUL bytes, its head only.

    NUL bytes mean UTF-16 or another binary body, in which a byte 0x0D needn't be a CR.
    """
    if b"\r" not in raw:
        return raw
    if b"\0" not in raw:
        return lines(raw)
    empty = _EMPTY_LINE.search(raw, 0, _HEAD_LIMIT)
    head = empty.end() if empty else len(raw)
    return lines(raw[:head]) + raw[head:]


def lines(data: bytes) -> bytes:
    """The bytes with LF as their line end."""
    if b"\r" not in data:
        return data
    # Replacements take linear time; an expression for a run of CRs looks through it at each CR.
    for end in (b"\r\r\n", b"\r\n", b"\r"):
        data = data.replace(end, b"\n")
    return data
