"""The place in a calendar's changes: what was taken, and inside a round how far."""

import json
from typing import NamedTuple, Self

from infrastructure.calendars.port import CursorLost


class Cursor(NamedTuple):
    """Between rounds `since` is the mark up to which changes were taken, and nothing else is set.

    Inside a round, what changed after `since` was listed, up to the mark `until`, and was taken up
    to the object `after`; ids are in order. `full` says that the round began without a mark. A mark
    is the server's sync-token, its CTag, or the digest of a list, with a letter before it.
    """

    since: str | None = None
    until: str | None = None
    after: str | None = None
    full: bool = True

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Raises CursorLost for a text that is none of ours."""
        if text is None:
            return cls()
        try:
            since, until, after, full = json.loads(text)
        except (ValueError, TypeError):
            raise CursorLost from None
        return cls(since, until, after, full)

    def written(self) -> str:
        return json.dumps(self, separators=(",", ":"), ensure_ascii=False)
