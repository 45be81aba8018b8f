"""Columns of values as array literals: the cheapest way into PostgreSQL for rows of scalars."""

from collections.abc import Sequence

from pydantic_core import to_json


def array(values: Sequence[object]) -> bytes:
    """Numbers, texts, UUIDs, dates and None as one array literal.

    JSON spells such values as an array literal does, but for the brackets and for escapes.
    """
    spelt = to_json(values)
    if b"\\" in spelt:
        spelt = b"[" + b",".join(map(_element, values)) + b"]"
    return b"{" + spelt[1:-1] + b"}"


def _element(value: object) -> bytes:
    if not isinstance(value, str):
        return to_json(value)
    return ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"').encode()
