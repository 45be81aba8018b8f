"""Request models made of the declared fields of an interaction: their types are the record's."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import create_model
from pydantic.alias_generators import to_snake

from api.contracts.tracking.types import Body, Id, Moment
from domain.event import Value
from domain.fields import Instant
from domain.kinds import Kind
from domain.record import Record
from projections.timeline.field import Field, Origin
from projections.timeline.shape import FIELDS

M = TypeVar("M", bound=Body)


def with_fields(origin: Origin) -> Callable[[type[M]], type[M]]:
    """A decorator that adds to a model the fields of an origin which it doesn't declare itself."""

    def decorate(model: type[M]) -> type[M]:
        fields: dict[str, Any] = {
            to_snake(field.key): _definition(field) for field in FIELDS if field.origin is origin
        }
        for name in model.model_fields:
            fields.pop(name, None)
        return create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields)

    return decorate


def _definition(field: Field) -> tuple[Any, object]:
    """The type and the default of a request's field. A flag is never null; a field that the record
    hasn't as it is given gets its type from the model."""
    if field.recorded is None:
        return Any, None
    if field.recorded.default is False:
        return bool, False
    return _in_json(field.recorded.rebuild_annotation()) | None, None


def _in_json(known: Any) -> Any:
    """The type of a value in a request that becomes a value of this type in a record."""
    if known == Instant:
        return Moment
    origin, arguments = get_origin(known), get_args(known)
    if origin is tuple:
        return list[_in_json(arguments[0])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(map(_in_json, arguments))]  # noqa: UP007 - of as many as there are
    if not isinstance(known, type) or known is NoneType:
        return known
    if issubclass(known, Enum):
        return Literal[tuple(member.value for member in known)]
    if issubclass(known, Value):
        inner: dict[str, Any] = {
            name: (
                _in_json(field.rebuild_annotation()),
                ... if field.is_required() else field.default,
            )
            for name, field in known.model_fields.items()
        }
        return create_model(known.__name__, __base__=Body, **inner)
    return Id if known.__name__ == "UUID" else known


PLACES = tuple(
    (to_snake(field.key), *field.path.rpartition(".")[::2]) for field in FIELDS if field.path
)
"""Each field's name in a request, and the part and the leaf of the record where it goes."""


def parts_of(body: Body) -> dict[str, Any]:
    """The given fields of each part of a record; those that are null or left out are missing."""
    given = body.__dict__
    parts: dict[str, Any] = {}
    for name, part, leaf in PLACES:
        if (value := given.get(name)) is not None:
            place = parts.setdefault(part, {}) if part else parts
            place[leaf] = value
    return parts


AMENDABLE = {
    to_snake(field.key): field.path
    for field in FIELDS
    if field.origin is Origin.CLIENT and field.recorded and not field.recorded.is_required()
}
"""The path in the record of each field that may be set to null."""


def recorded(body: Body) -> dict[str, object]:
    """The values that a request sets, by their paths in the record and with the record's types. A
    null is the record's default."""
    parts = parts_of(body)
    # A record isn't made without these; amendments have rules of their own for them.
    parts["kind"] = Kind.NOTE
    parts.setdefault("when", {})["at"] = datetime.now(UTC)
    record = Record.model_validate(parts, from_attributes=True)
    given = AMENDABLE.keys() & body.model_fields_set
    return {AMENDABLE[name]: attrgetter(AMENDABLE[name])(record) for name in given}
