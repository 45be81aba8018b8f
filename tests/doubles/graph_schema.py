"""Microsoft's own types of Graph, in TypeScript, and what breaks them.

A type becomes JSON Schema: every property may be missing, and one that the type doesn't know is
refused, but for OData's annotations, whose names have an at sign.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

TYPES = Path(__file__).parents[2] / ".providers" / "microsoft-graph.d.ts"
"""The description that `make providers` fetches."""

INTERFACE = re.compile(
    r"^export interface (\w+)(?: extends (\w+))? \{([^{}]*)\}", re.DOTALL | re.MULTILINE
)
UNION = re.compile(r"^export type (\w+)\s*=\s*(\|?\s*\"[^;]*);", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
PROPERTY = re.compile(r"(\w+)\?:\s*([^;]+);")
PLAIN = {"string": {"type": "string"}, "number": {"type": "number"}, "boolean": {"type": "boolean"}}


@cache
def _interfaces() -> dict[str, tuple[str | None, dict[str, str]]]:
    text = COMMENT.sub("", TYPES.read_text())
    return {
        name: (base or None, dict(PROPERTY.findall(body)))
        for name, base, body in INTERFACE.findall(text)
    }


@cache
def _unions() -> dict[str, list[str]]:
    text = COMMENT.sub("", TYPES.read_text())
    return {name: re.findall(r'"([^"]*)"', body) for name, body in UNION.findall(text)}


def properties(name: str) -> dict[str, str]:
    """The types of an interface's properties, those of its bases among them."""
    base, own = _interfaces()[name]
    return {**(properties(base) if base else {}), **own}


def check(name: str, value: Any) -> None:
    """Raises jsonschema_rs.ValidationError."""
    _validator(name).validate(value)


def check_all(name: str, page: dict[str, Any]) -> None:
    """Check a page of a list."""
    assert set(page) <= {"value", "@odata.context", "@odata.nextLink", "@odata.deltaLink"}, page
    for each in page["value"]:
        check(name, each)


@cache
def _validator(name: str) -> Any:
    defs: dict[str, Any] = {}
    _define(name, defs)
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": defs})


def _define(name: str, defs: dict[str, Any]) -> None:
    if name in defs:
        return
    if name in _unions():
        defs[name] = {"enum": _unions()[name]}
        return
    defs[name] = {}
    defs[name].update(
        {
            "type": "object",
            "properties": {
                each: _converted(type_.strip(), defs) for each, type_ in properties(name).items()
            },
            "patternProperties": {"@": {}},
            "additionalProperties": False,
        }
    )


def _converted(type_: str, defs: dict[str, Any]) -> dict[str, Any]:
    if type_.startswith("NullableOption<"):
        inner = type_.removeprefix("NullableOption<").removesuffix(">")
        return {"anyOf": [{"type": "null"}, _converted(inner, defs)]}
    if type_.endswith("[]"):
        return {"type": "array", "items": _converted(type_[:-2], defs)}
    if type_ in PLAIN:
        return PLAIN[type_]
    if type_ in _interfaces() or type_ in _unions():
        _define(type_, defs)
        return {"$ref": f"#/$defs/{type_}"}
    return {}
