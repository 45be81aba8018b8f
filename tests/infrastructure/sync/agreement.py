"""The differences between a ledger and a calendar that ought to say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from application.calendar_meetings import own_meeting
from tests.infrastructure.sync.desk import Desk


async def differences(
    desk: Desk, texts: Iterable[str], made_here: Iterable[UUID], made_there: Mapping[str, datetime]
) -> list[str]:
    """Meetings and events that are missing, or there more than once, or elsewhere, or invite
    somebody. `texts` are all events of the calendar; `made_there` are the starts of those that
    weren't made in kith."""
    events = [(_uid(text), text) for text in texts]
    found = Counter(uid for uid, _ in events)
    wrong = [f"{uid} {count} times" for uid, count in found.items() if count > 1]
    own = {f"{meeting}@kith" for meeting in made_here}
    wrong += sorted((own | made_there.keys()) ^ found.keys())
    wrong += [text for uid, text in events if uid in own and "ATTENDEE" in text]
    meetings = len(await desk.all_meetings())
    if meetings != len(own) + len(made_there):
        wrong.append(f"{meetings} meetings")
    for uid, text in events:
        state = await desk.meeting(own_meeting(uid) or uid)
        if state is None:
            wrong.append(f"{uid} is no meeting")
            continue
        here = state.appointment.scheduled_at
        there = made_there.get(uid, here)
        if here != there or f"{there:%Y%m%dT%H%M%SZ}" not in text:
            wrong.append(f"{uid} stands elsewhere")
    return wrong


def _uid(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("UID:")).removeprefix("UID:")
