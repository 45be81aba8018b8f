"""A meeting and an occurrence that differ are brought together: in kith at once, in the calendar by
a push.

A decision rests on the link, which only the account's owner writes, and on the meeting, which
anybody changes. So the command names the position of the meeting that the decision saw, and the
visit is checked in between: a decision of an overtaken visit has no effect.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from application.calendar_meetings import (
    FollowCalendar,
    TakeMeeting,
    follow_calendar,
    own_meeting,
    take_meeting,
)
from application.entity import Entity
from application.errors import PreconditionFailed
from application.ledger import Ledger
from application.ports import EventLog
from domain.meeting import Meeting, MeetingStatus
from domain.streams import StreamName
from infrastructure.sync import links
from infrastructure.sync.links import Link
from infrastructure.sync.merging import merged
from infrastructure.sync.values import Values
from infrastructure.sync.visit import Visit

MOST_TRIES = 5
"""Decisions on one meeting in a visit, each overtaken by another change of the meeting."""

OPEN = (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED)


class Unsettled(Exception):
    """The meeting, or its event, was changed again and again meanwhile."""


class There(NamedTuple):
    """An occurrence as it stands in the calendar. `fields` are those of an appointment that only a
    calendar changes; `changed_at` is when it was changed, as far as the service says."""

    values: Values
    changed_at: datetime | None = None
    fields: Mapping[str, object] = {}


class Settled(NamedTuple):
    """`push` is True if the calendar has to be written, too."""

    link: Link
    push: bool


class Meetings:
    """Meetings as the ledger has them. Methods raise the errors of the ledger."""

    def __init__(self, ledger: Ledger, log: EventLog):
        self._ledger = ledger
        self._log = log

    async def load(self, tenant: str, meeting: UUID) -> Entity[Meeting] | None:
        return await self._log.load(StreamName(tenant, Meeting.kind, meeting), fresh=True)

    async def take(self, visit: Visit, command: TakeMeeting) -> bool:
        """Schedule a meeting; False if the meeting is there already. Raises NotFound without its
        contact."""
        effect = await self._ledger.execute(visit.account.caller(), take_meeting, command)
        return effect.appended

    async def settle(
        self,
        visit: Visit,
        entity: Entity[Meeting],
        link: Link,
        there: There,
        *,
        linked: bool = True,
    ) -> Settled:
        """Bring a meeting and its occurrence together. With `linked` False, nothing has been agreed
        on yet. Raises Overtaken and Unsettled."""
        for _ in range(MOST_TRIES):
            state = entity.state
            here = Values.of_meeting(state)
            if state.status not in OPEN:
                return Settled(link._replace(agreed=there.values), push=False)
            wanted = await self._wanted(visit, entity, link, there, linked)
            fields = {} if wanted.cancelled else {**wanted.changes(here), **there.fields}
            settled = Settled(link._replace(agreed=there.values), push=wanted != there.values)
            if wanted.cancelled == here.cancelled and not _change(state, fields):
                return settled
            command = FollowCalendar(link.meeting, fields, wanted.cancelled)
            await visit.check()
            try:
                caller = visit.account.caller(entity.position)
                await self._ledger.execute(caller, follow_calendar, command)
                return settled
            except PreconditionFailed:
                found = await self.load(visit.account.tenant, link.meeting)
                assert found is not None
                entity = found
        raise Unsettled

    async def _wanted(
        self, visit: Visit, entity: Entity[Meeting], link: Link, there: There, linked: bool
    ) -> Values:
        here = Values.of_meeting(entity.state)
        wanted = merged(
            link.agreed if linked else None,
            here,
            there.values,
            organized_here=own_meeting(link.uid) is not None,
            later_here=_is_later(entity.changed.time, there.changed_at, linked=linked),
        )
        if wanted.cancelled and not here.cancelled:
            # A guest's copy may go, and the meeting still take place.
            stands = await links.stands_elsewhere(visit, link)
            return wanted._replace(cancelled=not stands)
        return wanted


def _change(meeting: Meeting, fields: Mapping[str, object]) -> bool:
    return any(getattr(meeting.appointment, name) != value for name, value in fields.items())


def _is_later(here: datetime, there: datetime | None, *, linked: bool) -> bool:
    """A change of an unknown time is what was just seen, unless nothing was agreed on before."""
    if there is None:
        return not linked
    return here.replace(microsecond=0) > there.astimezone(UTC)
