"""Cursors of rounds through a calendar at Graph: the link to go on with.

A round is one through a fixed window of time. What enters it as days pass isn't told as a change,
so the window is based anew every day, by a round that lists everything.
"""

from typing import NamedTuple, Self

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from infrastructure.calendars.port import CursorLost


class GraphCursor(NamedTuple):
    """`link` is the rest of a link below the API. `until` is the end of its window; `full` marks a
    round that lists everything, `ended` one whose last page was taken."""

    link: str
    until: str
    full: bool
    ended: bool

    @classmethod
    def of(cls, text: str, until: str) -> Self:
        """Raises CursorLost for one of another day."""
        try:
            found = cls(*_STORED.validate_json(text))
        except ValidationError:
            raise CursorLost from None
        if found.ended and found.until != until:
            raise CursorLost
        return found

    @property
    def text(self) -> str:
        return to_json(tuple(self)).decode()


_STORED = TypeAdapter(tuple[str, str, bool, bool])
