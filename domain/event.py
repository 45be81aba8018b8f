"""What every event of the ledger has in common.

A class attribute `type` is the name under which an event is stored and published. Names and fields
are a storage format and an API: they outlive this code, so they change by a new version of the type
and an upcaster, never in place.
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
    """A fact. Subclasses declare `type`, for example `kith.contact.added.v1`."""

    type: ClassVar[str]
    registry: "ClassVar[dict[str, builtins.type[Event]]]" = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.type in Event.registry:
            raise TypeError(f"two event classes are called {cls.type}")
        Event.registry[cls.type] = cls


class Changed(Value):
    """One field's value before and after, as JSON."""

    old: object = None
    new: object = None
