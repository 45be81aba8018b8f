"""The one parser of every request body.

RFC 8259 leaves open what a number or a name may be, and the standard library takes more than it
allows. What differs between parsers, or can't be stored, is refused here once: duplicate names,
NaN, numbers beyond 64 bits, NUL, halves of surrogate pairs, nesting without end.
"""

import json
import math
import re
from typing import Any, NoReturn

DEEPEST = 32
"""Arrays and objects within each other."""

LONGEST_NUMBER = 64
"""Characters of a number; a double written out by any encoder has up to 25."""

_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_BOM = "\ufeff"
_WHITESPACE = " \t\n\r"

# Finds the escapes that may stand for half a surrogate pair or for NUL, and also whole pairs and
# escaped backslashes; only then is every string looked at.
_SUSPICIOUS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_REFUSED = re.compile("[\x00\ud800-\udfff]")

# A string, even one without an end: possessive, so that no input makes it try twice.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class MalformedJson(ValueError):
    """The body isn't JSON as kith takes it: 400. The reason is public and never quotes it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes) -> object:
    """The value that this body holds; whole numbers as int, others as float.

    Raises MalformedJson, and nothing else whatever the bytes. The size of the body is bounded
    by who receives it.
    """
    try:
        text = body.decode().strip(_WHITESPACE)
    except UnicodeDecodeError:
        raise MalformedJson("The body is not valid UTF-8.") from None
    if not text:
        raise MalformedJson("The body is empty.")
    # Counting is quick, and says enough about all but the largest bodies.
    if body.count(b"[") + body.count(b"{") > DEEPEST and _is_deeper_than(DEEPEST, body):
        raise MalformedJson(_TOO_DEEP)
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error.pos) from None
    except RecursionError:  # brackets that are opened and never closed
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


def _is_deeper_than(limit: int, body: bytes) -> bool:
    """Whether brackets outside of strings nest deeper than this.

    Each pass takes away the innermost pairs, so there are as many passes as levels. Brackets
    without a partner stay for ever; the parser has the better words for those.
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
    # Nineteen characters always fit; how long it takes to read more grows with their square.
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
