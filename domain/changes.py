"""Field by field differences between two values, so that an event holds old and new."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from domain.event import Changed

M = TypeVar("M", bound=BaseModel)


def difference(old: BaseModel, new: BaseModel) -> dict[str, Changed]:
    """What changed, by path in published names: `{"said.notes": Changed(old=…, new=…)}`."""
    return dict(_walk(old, new, ""))


def _walk(old: BaseModel, new: BaseModel, prefix: str) -> Iterator[tuple[str, Changed]]:
    for name, field in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        published = field.alias or name
        path = f"{prefix}{published}"
        if isinstance(before, BaseModel) and isinstance(after, BaseModel):
            yield from _walk(before, after, f"{path}.")
        else:
            yield path, Changed(old=_json(old, name, published), new=_json(new, name, published))


def _json(model: BaseModel, name: str, published: str) -> object:
    return model.model_dump(mode="json", include={name}, by_alias=True)[published]


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
