"""Given these events, when this is decided, then those events follow, or it is refused."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from application.entity import AGGREGATES
from domain.errors import Refusal
from domain.event import Event

Decision = Callable[[Any], Sequence[Event]]
"""A decision of an aggregate in the state that the given events led to."""


def fold(state: Any, events: Sequence[Event]) -> Any:
    """The state after more events; each is evolved by the aggregate whose module declares it."""
    kinds = {aggregate.__module__: aggregate for aggregate in AGGREGATES.values()}
    for event in events:
        state = kinds[type(event).__module__].evolve(state, event)
    return state


class given:  # noqa: N801 - it reads as a word
    def __init__(self, *events: Event):
        self._events = events
        self._decide: Decision | None = None

    def when(self, decide: Decision) -> "given":
        self._decide = decide
        return self

    def then(self, *events: Event) -> None:
        """Exactly these events; none means that nothing changes."""
        assert list(self._decided()) == list(events)

    def refuses(
        self,
        refusal: type[Refusal],
        message: str | None = None,
        *,
        code: str | None = None,
        field: str | None = None,
    ) -> None:
        """Refused with this error, and with these words where they are given."""
        with pytest.raises(Refusal) as refused:
            self._decided()
        assert type(refused.value) is refusal
        if message is not None:
            assert refused.value.message == message
        if code is not None:
            assert refused.value.code == code
        if field is not None:
            assert refused.value.field == field

    def _decided(self) -> Sequence[Event]:
        assert self._decide is not None
        return self._decide(fold(None, self._events))
