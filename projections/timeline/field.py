"""A field of an interaction's document, and where it is in the record."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic.fields import FieldInfo

from application.entity import Entity
from domain.interaction import Interaction
from domain.record import Record


class Origin(Enum):
    """The requests that set a field: those of the native contract and imports; those of another
    contract and imports; none."""

    CLIENT = "client"
    OTHERS = "others"
    SERVER = "server"


RECORD = Record.model_fields
"""The parts of a record."""


@dataclass(frozen=True)
class Field:
    """One field of the document.

    `source` is the path of its value from a part of the record (`said.notes`) or from `entity`,
    `state`, `created`, `changed`; or a function of the entity. `show` converts the value to JSON.
    An `always` field is there even if its value is None or empty. `answer` is its type in the
    OpenAPI document; a field without one is an additional property there. Search looks into
    `searched` fields. `into` is the path in the record where an import puts a value that isn't
    shown as the record has it.
    """

    key: str
    source: str | Callable[[Entity[Interaction]], object]
    answer: Any = None
    origin: Origin = Origin.CLIENT
    always: bool = False
    searched: bool = False
    show: Callable[[Any], object] | None = None
    into: str = ""

    @cached_property
    def path(self) -> str:
        """The path in the record where a given value goes, empty if there is none."""
        path = self.into or (self.source if isinstance(self.source, str) else "")
        return path if _recorded(path) else ""

    @property
    def recorded(self) -> FieldInfo | None:
        """The record's own field, with its type and its default."""
        return _recorded(self.path)

    @property
    def is_empty_by_default(self) -> bool:
        """True if a record without it has an empty list or False there, not None."""
        return self.recorded is not None and self.recorded.default in ((), False)


def _recorded(path: str) -> FieldInfo | None:
    part, _, leaf = path.partition(".")
    field = RECORD.get(part)
    if field is None or not leaf:
        return field
    inner: FieldInfo | None = getattr(field.annotation, "model_fields", {}).get(leaf)
    return inner
