"""Meetings of users with an account as they are shown: `calendarSynced` says whether their calendar
has a meeting as it is.

That changes without an event, so it isn't in the read model: it is looked up beside the log, for
tenants with accounts alone. What a caller said stays in the document, and is shown where no account
has anything to say.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from domain.meeting import MeetingStatus
from infrastructure.sync.planning import CHECKPOINT, Planner
from infrastructure.sync.values import Values
from projections.paging import Fetch

USERS = "SELECT DISTINCT user_id FROM accounts WHERE tenant = %s"

# A meeting that the planner hasn't seen has no push that waits, and may need one.
STANDS = f"""
SELECT m.id, bool_or(a.written IS NOT NULL),
    bool_or(a.written IS NOT NULL AND EXISTS (
        SELECT FROM calendar_pushes p WHERE p.account = a.id AND p.meeting = m.id))
    OR m.position > coalesce((SELECT position FROM checkpoints
        WHERE follower = '{Planner.follower}' AND name = '{CHECKPOINT}'), 0),
    (SELECT l.agreed FROM calendar_links l JOIN accounts o ON o.id = l.account
        WHERE l.meeting = m.id AND o.tenant = m.tenant AND o.user_id = w.user_id
        ORDER BY l.agreed -> 'cancelled' = 'true', o.written IS NULL, l.account LIMIT 1)
FROM unnest(%s::uuid[], %s::text[]) w (id, user_id)
JOIN meetings m ON m.tenant = %s AND m.id = w.id
JOIN accounts a ON a.tenant = m.tenant AND a.user_id = w.user_id
GROUP BY m.tenant, m.id, m.position, w.user_id
"""

SYNCED, NOT_SYNCED = '"calendarSynced":true', '"calendarSynced":false'
"""Text within a document that stands in no other place: quotes inside of texts are escaped."""


async def shown(fetch: Fetch, tenant: str, documents: Sequence[str]) -> list[str]:
    """The documents of meetings, with `calendarSynced` as it is now."""
    users = {user for (user,) in await fetch(USERS, (tenant,))} if documents else set()
    if not users:
        return list(documents)
    found = [from_json(each) for each in documents]
    scheduled = {each["id"]: each["createdBy"]["id"] for each in found}
    theirs = {name: user for name, user in scheduled.items() if user in users}
    rows = await fetch(STANDS, (list(theirs), list(theirs.values()), tenant)) if theirs else []
    known = {str(row[0]): row[1:] for row in rows}
    return [
        _said(text, _synced(each, *known[each["id"]])) if each["id"] in known else text
        for text, each in zip(documents, found, strict=True)
    ]


def _synced(
    meeting: Mapping[str, Any], writes: bool, waits: bool, agreed: Mapping[str, Any] | None
) -> bool | None:
    """None where no account has anything to say about a meeting."""
    if "redacted" in meeting or (agreed is None and not (writes and waits)):
        return None
    return agreed is not None and not waits and Values.from_json(agreed) == _values(meeting)


def _values(meeting: Mapping[str, Any]) -> Values:
    """The values of a meeting's document."""
    ends_at = meeting.get("endsAt")
    return Values.of(
        datetime.fromisoformat(meeting["scheduledDateTime"]),
        None if ends_at is None else datetime.fromisoformat(ends_at),
        meeting.get("timezone"),
        whole_day=meeting.get("wholeDay", False),
        place=meeting["location"],
        title=meeting["purpose"],
        agenda=tuple(meeting["agendaItems"]),
        cancelled=meeting["status"] == MeetingStatus.CANCELLED,
    )


def _said(document: str, synced: bool | None) -> str:
    if synced is None:
        return document
    return document.replace(*((NOT_SYNCED, SYNCED) if synced else (SYNCED, NOT_SYNCED)))
