"""The envelope of a stored event: its actor, its time, its contract and its cause."""

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from domain.event import Value


class Actor(Value):
    """The user or program behind an event, with its permissions at that moment.

    `number` is the user's numeric id where the token has one; contracts that show numbers show it.
    """

    id: str
    name: str
    given_name: str | None = None
    family_name: str | None = None
    number: int | None = None
    permissions: tuple[str, ...] = ()

    @cached_property
    def shown(self) -> dict[str, Any]:
        """A user as documents show them; not to be changed."""
        return self.model_dump(mode="json", exclude={"permissions"}, exclude_none=True)

    @cached_property
    def stored(self) -> str:
        """As JSON in an event's envelope."""
        return self.model_dump_json(exclude_defaults=True)


class Envelope(NamedTuple):
    """`time` is the recorded time (UTC), stamped under the append lock and never going back.

    `contract` is the entrance it came through, `correlation` the request, `causation` the event
    that led to this one, `key` the command's idempotency key as the caller sent it.
    """

    id: UUID
    time: datetime
    actor: Actor
    contract: str
    correlation: str
    causation: UUID | None = None
    key: str | None = None
