"""The body of a request: read within bounds, and parsed strictly.

RFC 8259 leaves the range of numbers and the uniqueness of names open, and the standard library
accepts more than it allows. Anything that parsers read differently or that can't be stored is
refused: duplicate names, NaN, numbers beyond 64 bits, NUL, unpaired surrogates, deep nesting.
"""

import json
import math
import re
from collections.abc import Callable
from itertools import islice
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from api.http.connection import LATE
from api.http.problem import Problem, Refused

DEEPEST = 32
"""Levels of arrays and objects."""

MOST_VALUES = 20_000
"""Arrays, objects, texts, numbers and words; the largest record has a quarter of them. A megabyte
of the smallest would keep the event loop for half a second."""

LONGEST_NUMBER = 64
"""Characters of a number; a double written out by any encoder has up to 25."""

_TOO_MANY = f"The body has more than {MOST_VALUES} values."
_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_BOM = "\ufeff"
_WHITESPACE = " \t\n\r"

# A quick check: escapes that may stand for an unpaired surrogate or NUL, but also whole pairs and
# escaped backslashes. Only if one is found is every string checked.
_SUSPICIOUS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_REFUSED = re.compile("[\x00\ud800-\udfff]")

# A string, even without its closing quote; possessive, so that no input causes backtracking.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
# Bytes up to one that begins a value, or to the end: strings are skipped as a whole.
_UP_TO_A_VALUE = re.compile(
    rb'(?:[^"\[{,]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+(?:([\[{,])|\Z)', re.DOTALL
)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class MalformedJson(Refused):
    """The body isn't valid JSON: 400. The text is public and never quotes the body."""

    def __init__(self, detail: str):
        super().__init__(Problem(400, "malformed", detail))


async def read(call: Request, most: int, take: Callable[[int], None]) -> bytes:
    """The body, of up to `most` bytes; `take` is called with the bytes that wait for others. Raises
    408, 413 and 415, ClientDisconnect, and what `take` raises."""
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refused(Problem(415, "unsupported_media_type", "A body has to be application/json."))
    encodings = ",".join(call.headers.getlist("content-encoding")).lower().split(",")
    if any(encoding.strip() not in ("", "identity") for encoding in encodings):
        detail = "A body has to come as it is, without a Content-Encoding."
        accepted = (("Accept-Encoding", "identity"),)
        raise Refused(Problem(415, "unsupported_content_encoding", detail, headers=accepted))
    body = b""
    more = True
    while more:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message.get("body", b"")
        body += piece
        more = message.get("more_body", False)
        if len(body) > most:
            detail = f"A body may have up to {most} bytes."
            raise Refused(Problem(413, "too_large", detail))
        if more and LATE in call.scope:
            detail = "The body didn't arrive in time."
            raise Refused(Problem(408, "too_slow", detail, headers=(("Connection", "close"),)))
        if more:
            take(len(piece))
    return body


def parse(body: bytes) -> object:
    """The value of a body; whole numbers as int, others as float.

    Raises MalformedJson, and nothing else for any bytes. The caller bounds the size of the body.
    """
    try:
        text = body.decode().strip(_WHITESPACE)
    except UnicodeDecodeError:
        raise MalformedJson("The body is not valid UTF-8.") from None
    if not text:
        raise MalformedJson("The body is empty.")
    # Counting bytes is quick, and enough for all but large bodies.
    if sum(map(body.count, (b"[", b"{", b","))) > MOST_VALUES and _has_more_than(MOST_VALUES, body):
        raise MalformedJson(_TOO_MANY)
    if body.count(b"[") + body.count(b"{") > DEEPEST and _is_deeper_than(DEEPEST, body):
        raise MalformedJson(_TOO_DEEP)
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error.pos) from None
    except RecursionError:  # unclosed brackets
        raise MalformedJson(_TOO_DEEP) from None
    if end != len(text):
        raise _not_json(text, end)
    if _SUSPICIOUS.search(text):
        _refuse_bad_characters(value)
    return value


def _not_json(text: str, position: int) -> MalformedJson:
    if text.startswith(_BOM):
        return MalformedJson("The body starts with a byte order mark.")
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return MalformedJson(f"The body is not valid JSON (line {line}, column {column}).")


def _has_more_than(most: int, body: bytes) -> bool:
    """True if brackets and commas outside strings begin more values than `most`."""
    found = next(islice(_UP_TO_A_VALUE.finditer(body), most, None), None)
    return found is not None and found[1] is not None


def _is_deeper_than(limit: int, body: bytes) -> bool:
    """True if brackets outside strings nest deeper than `limit`.

    Each pass removes the innermost pairs, so there are as many passes as levels. Unpaired brackets
    remain, and are left to the parser's errors.
    """
    brackets = _STRING.sub(b"", body).translate(_TO_SQUARE, _NO_BRACKETS)
    for _ in range(limit):
        brackets = brackets.replace(b"[]", b"")
    return b"[]" in brackets


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("An object in the body has the same name twice.")
    return members


def _whole(literal: str) -> int:
    # Up to 18 characters always fit; the time to parse more grows with their square.
    if len(literal) < 19:
        return int(literal)
    if len(literal) > LONGEST_NUMBER or not _SMALLEST <= (number := int(literal)) <= _LARGEST:
        raise MalformedJson("A number in the body is beyond 64 bits.")
    return number


def _fraction(literal: str) -> float:
    if len(literal) > LONGEST_NUMBER:
        raise MalformedJson(f"A number in the body has more than {LONGEST_NUMBER} characters.")
    number = float(literal)
    if math.isinf(number):
        raise MalformedJson("A number in the body is beyond 64 bits.")
    return number


def _constant(_: str) -> NoReturn:
    raise MalformedJson("The body holds NaN or Infinity, which are not JSON.")


def _refuse_bad_characters(value: object) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if _REFUSED.search(item):
                raise MalformedJson("A text in the body holds NUL or half a surrogate pair.")
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
)
