"""The meetings that a user scheduled, for the feed that their calendar subscribes to.

A row has the redacted form: time and place, never what a meeting is about or with whom. So nobody's
permissions have to be asked when the feed is read.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.meeting import Meeting, MeetingStatus
from projections.paging import Fetch
from projections.read_model import Put, ReadModel, Step, columns_of


class FedMeeting(NamedTuple):
    """`user_id` is the user who scheduled the meeting, `changed_at` when it was last changed."""

    user_id: str
    id: UUID
    scheduled_at: datetime
    whole_day: bool
    location: str | None
    changed_at: datetime


def project(step: Step) -> Iterator[Put]:
    entity = step.after
    state: Meeting = entity.state
    shown = state.appointment.redacted
    meeting = FedMeeting(
        entity.created.actor.id,
        entity.id,
        shown.scheduled_at,
        shown.whole_day,
        shown.location,
        entity.changed.time,
    )
    # A feed is the whole of a calendar: what is called off is just not in it. What came from the
    # user's own calendar stands there already.
    own = state.appointment.source is None
    stands = own and state.status is not MeetingStatus.CANCELLED
    rows = ({"tenant": step.tenant} | meeting._asdict(),) if stands else ()
    yield Put((step.tenant, entity.id), rows, fresh=step.before is None)


FED_MEETINGS = ReadModel(
    name="fed_meetings",
    kinds=frozenset({Meeting.kind}),
    columns=columns_of(FedMeeting),
    key=("tenant", "id"),
    project=project,
    with_append=False,
    indexes=("(tenant, user_id, scheduled_at, id)",),
)

COLUMNS = ", ".join(FedMeeting._fields)
OF_USER = f"""
SELECT {COLUMNS} FROM fed_meetings
WHERE tenant = %s AND user_id = %s AND scheduled_at >= %s AND scheduled_at < %s
ORDER BY scheduled_at, id LIMIT %s
"""


async def of_user(
    fetch: Fetch, tenant: str, user: str, since: datetime, until: datetime, most: int
) -> list[FedMeeting]:
    """The first meetings from `since` on and before `until`."""
    rows = await fetch(OF_USER, (tenant, user, since, until, most))
    return [FedMeeting._make(row) for row in rows]
