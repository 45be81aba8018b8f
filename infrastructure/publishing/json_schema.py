"""JSON Schemas of events in their published form, generated from their classes.

In the published form only old and new values may be null, and an event that may be redacted has a
mark for it. A field with a default is optional, because an event may be older than the field.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from inspect import getsource, isclass
from itertools import pairwise
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from domain.event import Changed, Changes
from infrastructure.publishing.event_types import REDACTABLE, TYPES

CONTENT_TYPE = "application/schema+json"

Schema = dict[str, Any]

REDACTED: Schema = {
    "const": True,
    "type": "boolean",
    "description": "There, and true, where a restricted tag hides content, which is left out.",
}

SEEDS = re.compile(r" \(the [a-z]+ document\b[^()]*\)")
"""References to the document a rule comes from, which readers of the schemas don't have."""

NAMES = re.compile(r"`([a-z_.]+)`")


class Published(GenerateJsonSchema):
    """Pydantic's generator, for the published form."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        if schema.get("default") is None or isinstance(schema["default"], BaseModel):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        made = super().model_schema(schema)
        cls: Any = schema["cls"]
        made.pop("title")
        properties = made.setdefault("properties", {})
        for name, meaning in meanings(cls).items():
            properties[to_camel(name)]["description"] = meaning
        if issubclass(cls, Changes):
            changes = properties["changes"]
            each = changes["additionalProperties"]
            changes["properties"] = dict.fromkeys(paths(cls.of), each)
        if cls is Changed:
            made["required"] = ["old", "new"]
        if cls in REDACTABLE:
            properties["redacted"] = REDACTED
        return made


def schema(cls: type[BaseModel], title: str) -> Schema:
    """The JSON Schema of an event's data or of another published class, without references to other
    documents."""
    made = cls.model_json_schema(mode="serialization", schema_generator=Published)
    definitions = made.pop("$defs", None)
    made = {"$schema": Published.schema_dialect, "title": title} | made
    if definitions:
        made["$defs"] = definitions
    return _described(made)


def components(reference: str, *others: type[BaseModel]) -> dict[str, Schema]:
    """The schemas of all events, of `others` and of the values in them, by the names of their
    classes. `reference` is the form of a reference, with `{model}` for the name."""
    _, made = models_json_schema(
        [(cls, "serialization") for cls in (*TYPES.values(), *others)],
        ref_template=reference,
        schema_generator=Published,
    )
    definitions: dict[str, Schema] = _described(made)["$defs"]
    return definitions


@cache
def published() -> dict[str, bytes]:
    """The schemas that are served, by file name: those of every type that is or was written. They
    are committed files, so the schemas that are served are those that were reviewed."""
    folder = files("infrastructure.publishing") / "schemas"
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".json")}


def description(cls: type) -> str:
    """The docstring of a class, in published names."""
    return _said(cls.__doc__ or "")


def meanings(cls: type[BaseModel]) -> dict[str, str]:
    """The docstrings of a class's fields, by name. They are read from the source when a schema is
    made: Pydantic's `use_attribute_docstrings` reads them on import, which takes a fifth longer."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _docstrings(base.__module__).get(base.__qualname__, {})
    return found


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """The docstrings of fields in a module, by class and field."""
    tree = ast.parse(getsource(sys.modules[module]))
    return {one.name: dict(_fields(one)) for one in tree.body if isinstance(one, ast.ClassDef)}


def _fields(cls: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statements in pairwise(cls.body):
        match statements:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text


def paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The paths that `domain.changes.difference` may name, in published names: those of the fields,
    down into values; an optional value has a path of its own as well."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        annotation = field.annotation
        kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
        inner = [kind for kind in kinds if isclass(kind) and issubclass(kind, BaseModel)]
        if not inner or len(kinds) > 1:
            yield path
        for kind in inner:
            yield from paths(kind, f"{path}.")


def _described(made: Schema) -> Schema:
    """Put the descriptions in a schema, at any depth, in published names."""
    for name, inner in made.items():
        if name == "description" and isinstance(inner, str):
            made[name] = _said(inner)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                _described(one)
    return made


def _said(text: str) -> str:
    one_line = SEEDS.sub("", " ".join(text.split()))
    return NAMES.sub(lambda name: f"`{'.'.join(map(to_camel, name[1].split('.')))}`", one_line)
