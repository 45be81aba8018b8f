"""Types of the native contract's bodies and queries."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel, to_snake

from api.http.models import Shown, instant_schema, instant_such_as, not_blank, parse_query_instant
from domain.amendment import MOST_MINUTES
from domain.event import Value

LONGEST_LINE = 500
"""Characters of what is kept in one line."""


def _uuid(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        if isinstance(value, str) and len(value) == 36:
            return UUID(value)
    except ValueError:
        pass
    raise ValueError("An id is a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057.")


def _uuid_or_number(value: object) -> UUID | int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    try:
        return _uuid(value)
    except ValueError as error:
        raise ValueError(f"{error} A contact's number is taken too, as a JSON number.") from None


EXAMPLE = "2026-01-31T09:00:00Z"
DATE_SCHEMA = instant_schema(EXAMPLE)

Date = Annotated[Any, BeforeValidator(instant_such_as(EXAMPLE)), WithJsonSchema(DATE_SCHEMA)]
"""An Instant; naive date-times are refused."""

Moment = Annotated[Date, AfterValidator(lambda instant: instant.at)]
"""A Date, read as the datetime that the domain has."""

QueryDate = Annotated[Any, BeforeValidator(parse_query_instant), WithJsonSchema(DATE_SCHEMA)]

Id = Annotated[Any, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]

ContactId = Annotated[
    Any,
    BeforeValidator(_uuid_or_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "uuid"},
                {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
            ]
        }
    ),
]
"""A contact's UUID, or its number."""

Status = Literal[
    "prospect",
    "qualified_lead",
    "opportunity",
    "active_client",
    "past_client",
    "lost_lead",
    "inactive",
]
Stage = Literal["awareness", "interest", "consideration", "decision", "retention", "customer"]

Line = Annotated[str, Field(max_length=LONGEST_LINE)]
Text = Annotated[str, Field(max_length=100_000)]
Name = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(not_blank)]
Reason = Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(not_blank)]
Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES)]
Lines = Annotated[list[Line], Field(max_length=1000), AfterValidator(tuple)]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100), AfterValidator(not_blank)]],
    Field(max_length=100),
    AfterValidator(tuple),
]


class Body(BaseModel):
    """A request's body: strict types, and no key that isn't known.

    Read-only keys are ignored, so that what was read can be changed and sent back.
    """

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel)
    read_only: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _without_read_only_keys(cls, value: Any) -> Any:
        read_only = cls.read_only
        if isinstance(value, dict) and not read_only.isdisjoint(value):
            return {key: item for key, item in value.items() if key not in read_only}
        return value

    def fields_of(self, kind: type[Value]) -> dict[str, Any]:
        """The fields of a value of this kind that the request sets, by the value's names. Null is
        the value's default; a field that has none is left out."""
        fields = {}
        for name in self.model_fields_set & kind.model_fields.keys():
            given, known = getattr(self, name), kind.model_fields[name]
            if given is not None:
                fields[name] = given
            elif not known.is_required():
                fields[name] = known.default
        return fields


def by_name(kind: type[Body]) -> Callable[[object], object]:
    """Reads a bare name as a person with that name. A union of both forms would report the errors
    of either."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        if len(value) > LONGEST_LINE:
            raise ValueError(f"A name has up to {LONGEST_LINE} characters.")
        return kind.model_validate({"name": value})

    return read


Time = Annotated[datetime, WithJsonSchema({"type": "string"})]
"""An instant of an answer."""


class RecordShown(Shown):
    """The form of one record's answer, and the answer itself: `createdAt` is the record's
    `created_at`."""

    model_config = ConfigDict(
        from_attributes=True, alias_generator=AliasGenerator(validation_alias=to_snake)
    )

    @classmethod
    def json_of(cls, record: object) -> str:
        return cls.model_validate(record).model_dump_json()


class PageShown(Shown):
    """With page and pageSize, the totals; with a cursor, `next` instead."""

    items: list[Any]
    page: int | None = None
    pageSize: int | None = None
    totalCount: int | None = None
    totalPages: int | None = None
    next: str | None = None


class Query(BaseModel):
    """A request's query; unknown names are ignored."""

    model_config = ConfigDict(alias_generator=to_camel)
