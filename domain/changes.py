"""Changes of a value by path: applied to the value, or recorded in an event."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from domain.event import Changed

M = TypeVar("M", bound=BaseModel)
Fields = Mapping[str, object]
"""New values by path of attributes: `{"said.notes": "…", "when.ends_at": None}`."""


def patched(value: M, fields: Fields) -> M:
    """The value with these fields set, unvalidated. Raises KeyError for an unknown path."""
    update: dict[str, object] = {}
    below: dict[str, dict[str, object]] = {}
    for path, new in fields.items():
        name, _, rest = path.partition(".")
        if name not in type(value).model_fields:
            raise KeyError(path)
        if rest:
            below.setdefault(name, {})[rest] = new
        else:
            update[name] = new
    update |= {name: patched(getattr(value, name), inner) for name, inner in below.items()}
    return value.model_copy(update=update)


def difference(old: BaseModel, new: BaseModel) -> dict[str, Changed]:
    """The changes from old to new, by path in published names:
    `{"said.notes": Changed(old=…, new=…)}`."""
    return dict(_walk(old, new, ""))


def _walk(old: BaseModel, new: BaseModel, prefix: str) -> Iterator[tuple[str, Changed]]:
    for name, field in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        path = f"{prefix}{field.alias or name}"
        if isinstance(before, BaseModel) and isinstance(after, BaseModel):
            yield from _walk(before, after, f"{path}.")
        else:
            yield path, Changed(old=to_jsonable_python(before), new=to_jsonable_python(after))


def apply(value: M, changes: dict[str, Changed]) -> M:
    """The value after the changes; the inverse of `difference`."""
    dumped = value.model_dump(mode="json", by_alias=True)
    for path, change in changes.items():
        *parents, leaf = path.split(".")
        place = dumped
        for name in parents:
            place = place[name]
        place[leaf] = change.new
    return type(value).model_validate(dumped)
