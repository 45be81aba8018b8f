"""The base of every event of the ledger.

The class attribute `type` is the name under which an event is stored and published. Names and
fields are a storage format and an API: they outlive this code, so a change is a new version of the
type and an upcaster, never an edit in place.
"""

import builtins
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Value(BaseModel):
    """An immutable value with camelCase names outside and snake_case names inside."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="ignore",
    )


class Event(Value):
    """A fact. Subclasses declare `type`, for example `kith.contact.added.v1`; one that doesn't is a
    base of several events, with the fields they share.

    The docstrings of an event and of its fields are published as their descriptions.
    """

    type: ClassVar[str]
    registry: "ClassVar[dict[str, builtins.type[Event]]]" = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "type" not in vars(cls):
            return
        if cls.type in Event.registry:
            raise TypeError(f"two event classes are called {cls.type}")
        Event.registry[cls.type] = cls


class Changed(Value):
    """One field's value before and after, as JSON."""

    old: object = None
    """The value before; null where there was none."""
    new: object = None
    """The value from now on; null where there is none."""


class Changes(Event):
    """A value of the class `of` was changed, field by field."""

    of: ClassVar[type[Value]]
    changes: dict[str, Changed]
    """Each changed field by its path, with its old and its new value."""
