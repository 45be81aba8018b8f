"""Cursors of rounds through a Google calendar: a sync token, or the next page of a round."""

from typing import NamedTuple, Self

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from infrastructure.calendars.port import CursorLost


class GoogleCursor(NamedTuple):
    """`sync` is the token of the last round; without one, the round lists everything from `since`
    on. `page` is the next page of the round that is under way."""

    sync: str | None = None
    page: str | None = None
    since: str | None = None

    @classmethod
    def of(cls, text: str | None, since: str) -> Self:
        """Raises CursorLost."""
        if text is None:
            return cls(since=since)
        try:
            return cls(*_STORED.validate_json(text))
        except ValidationError:
            raise CursorLost from None

    @property
    def text(self) -> str:
        return to_json(tuple(self)).decode()

    @property
    def query(self) -> dict[str, str]:
        """All pages of a round, and the round after, have to be asked for alike."""
        named = {"syncToken": self.sync, "pageToken": self.page, "timeMin": self.since}
        return {name: value for name, value in named.items() if value is not None}


_STORED = TypeAdapter(tuple[str | None, str | None, str | None])
