"""Cursors: how far each calendar has been looked through, moved by compare-and-set."""

from typing import NamedTuple

from infrastructure.sync.visit import Overtaken, Visit

LOAD = """
SELECT cursor, round, listing, complete FROM calendar_cursors WHERE account = %s AND calendar = %s
"""

MOVE = """
INSERT INTO calendar_cursors AS c (account, calendar, cursor, round, listing, complete)
VALUES (%(account)s, %(calendar)s, %(cursor)s, %(round)s, %(listing)s, %(complete)s)
ON CONFLICT (account, calendar) DO UPDATE
SET cursor = excluded.cursor, round = excluded.round, listing = excluded.listing,
    complete = excluded.complete
WHERE c.cursor IS NOT DISTINCT FROM %(old_cursor)s AND c.round = %(old_round)s
"""


class Cursor(NamedTuple):
    """The service's cursor, and the number of the last round that listed everything; `listing` is
    True within such a round, `complete` once one has ended."""

    cursor: str | None = None
    round: int = 0
    listing: bool = False
    complete: bool = False

    def begun(self, cursor: str | None) -> "Cursor":
        """The beginning of a round that lists everything."""
        return Cursor(cursor, self.round + 1, listing=True, complete=self.complete)

    def after(self, cursor: str | None, *, more: bool) -> "Cursor":
        """The cursor after a page."""
        ended = self.listing and not more
        return Cursor(cursor, self.round, self.listing and more, self.complete or ended)


async def load(visit: Visit, calendar: str) -> Cursor:
    rows = await visit.read(LOAD, (visit.account.id, calendar))
    return Cursor(*rows[0]) if rows else Cursor()


async def move(visit: Visit, calendar: str, old: Cursor, new: Cursor) -> Cursor:
    """Move the cursor after its page was taken. Raises Overtaken if the cursor isn't `old`."""
    parameters = {
        "account": visit.account.id,
        "calendar": calendar,
        **new._asdict(),
        "old_cursor": old.cursor,
        "old_round": old.round,
    }
    async with visit.transaction() as connection:
        cursor = await connection.execute(MOVE, parameters)
        if not cursor.rowcount:
            raise Overtaken
    return new
