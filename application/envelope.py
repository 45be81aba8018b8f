"""Who, when, through what and why: what every stored event carries besides its data."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.event import Value


class Actor(Value):
    """Who caused it, and what they were allowed at that moment.

    `number` is the user's numeric id where the token has one; contracts that show numbers show it.
    """

    id: str
    name: str
    given_name: str | None = None
    family_name: str | None = None
    number: int | None = None
    permissions: tuple[str, ...] = ()


class Envelope(NamedTuple):
    """`time` is the recorded time (UTC), stamped under the append lock, never going back.

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
