"""Google's own description of its Calendar API, and what breaks it.

The discovery document isn't JSON Schema, but close: a property that it doesn't know is refused
here, and a property of a method's `required` annotation is demanded.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs

from tests.doubles.server import Request

DOCUMENT = Path(__file__).parents[2] / ".providers" / "calendar.v3.json"
"""The description that `make providers` fetches."""

COMMON = {"alt", "fields", "prettyPrint", "quotaUser"}
FORMATS = {"date", "date-time"}


class Method(NamedTuple):
    name: str
    parameters: dict[str, Any]
    request: str | None
    response: str | None


@cache
def _document() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text())


def method(request: Request) -> Method:
    """The method that a request is for. Raises AssertionError."""
    path = request.path[2:]  # after calendar/v3
    for resource in _document()["resources"].values():
        for one in resource["methods"].values():
            template = one["path"].split("/")
            if one["httpMethod"] == request.method and len(template) == len(path):
                pairs = zip(template, path, strict=True)
                if all(name.startswith("{") or name == part for name, part in pairs):
                    references = (one.get(side, {}).get("$ref") for side in ("request", "response"))
                    return Method(one["id"], one.get("parameters", {}), *references)
    raise AssertionError(f"no method for {request.method} {'/'.join(path)}")


def check_request(request: Request) -> None:
    """Raises AssertionError, jsonschema_rs.ValidationError."""
    of = method(request)
    for name, text in request.query.items():
        parameter = of.parameters.get(name)
        assert name in COMMON or (parameter and parameter["location"] == "query"), name
        if parameter and parameter["type"] == "boolean":
            assert text in ("true", "false"), (name, text)
        elif parameter and parameter["type"] == "integer":
            assert text.isdecimal(), (name, text)
            assert int(text) <= int(parameter.get("maximum", text)), (name, text)
        elif parameter:
            assert text in parameter.get("enum", [text]), (name, text)
            _validator(_converted({**parameter, "type": "string"})).validate(text)
    assert (request.body is not None) == (of.request is not None), of.name
    if of.request:
        # In a patch, null takes a field away.
        body = _without_nulls(request.body) if request.method == "PATCH" else request.body
        required = [] if request.method == "PATCH" else _required(of)
        assert not [name for name in required if name not in body], (of.name, required)
        _schema(of.request).validate(body)


def check_answer(request: Request, body: Any) -> None:
    """Raises AssertionError, jsonschema_rs.ValidationError."""
    of = method(request)
    assert (body is not None) == (of.response is not None), of.name
    if of.response:
        _schema(of.response).validate(body)


def _required(of: Method) -> list[str]:
    properties = _document()["schemas"][of.request]["properties"]
    return [
        name
        for name, one in properties.items()
        if of.name in one.get("annotations", {}).get("required", [])
    ]


@cache
def _schema(name: str) -> Any:
    defs = {name: _converted(one) for name, one in _document()["schemas"].items()}
    return _validator({"$ref": f"#/$defs/{name}", "$defs": defs})


def _validator(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _converted(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema["type"] == "any":
        return {}
    found: dict[str, Any] = {"type": schema["type"]}
    if schema.get("format") in FORMATS:
        found["format"] = schema["format"]
    if "items" in schema:
        found["items"] = _converted(schema["items"])
    if schema["type"] == "object":
        more = schema.get("additionalProperties")
        found["additionalProperties"] = _converted(more) if isinstance(more, dict) else False
        properties = schema.get("properties", {})
        found["properties"] = {name: _converted(one) for name, one in properties.items()}
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return value
