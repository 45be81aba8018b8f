"""Push: meetings that changed in kith are written into the calendar.

A push is decided anew from the meeting and its link, whatever event asked for it: a push that is
repeated, or whose answer was lost, writes nothing the second time. Only events of the
account's user are written; no attendee ever is.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from application.calendar_meetings import own_meeting, uid_of
from application.entity import Entity
from domain.meeting import Meeting, MeetingStatus
from infrastructure.accounts.problems import solved
from infrastructure.calendars.port import OF_THE_ACCOUNT, Put, ServiceError, Stale, Trouble, Wanted
from infrastructure.sync import links, objects, pushes
from infrastructure.sync.account import NoteProblems
from infrastructure.sync.links import Link, Place
from infrastructure.sync.people import NO_PEOPLE
from infrastructure.sync.pulling import Puller, Side
from infrastructure.sync.pushes import Push
from infrastructure.sync.settling import Meetings
from infrastructure.sync.values import Values
from infrastructure.sync.visit import Visit

MOST_TRIES = 5
"""Writes of an event that changes meanwhile, before the change counts as a problem."""


class Pusher:
    """Methods raise ServiceError, psycopg.Error, Overtaken, and the errors of the ledger."""

    def __init__(
        self,
        meetings: Meetings,
        puller: Puller,
        problem: NoteProblems,
        now: Callable[[], datetime],
    ):
        self._meetings = meetings
        self._puller = puller
        self._problem = problem
        self._now = now

    async def push(self, visit: Visit, side: Side) -> int:
        """Write what waits, into the one calendar that kith writes to; the number of meetings."""
        waiting = await pushes.waiting(visit)
        for push in waiting:
            await self._push(visit, side, push)
            await pushes.done(visit, push)
        return len(waiting)

    async def _push(self, visit: Visit, side: Side, push: Push) -> None:
        entity = None
        code, detail = "changing", "It changes in the calendar faster than it can be written."
        for _ in range(MOST_TRIES):
            entity = await self._meetings.load(visit.account.tenant, push.meeting)
            if entity is None:
                return
            link = await links.of_meeting(visit, push.meeting)
            try:
                if link is None or await self._has_left(visit, side, link):
                    await self._create(visit, side, entity)
                else:
                    await self._write(visit, side, entity, link)
                return
            except Stale:
                await self._catch_up(visit, side, link)
            except ServiceError as error:
                if isinstance(error, OF_THE_ACCOUNT):
                    raise
                code, detail = "not_written", str(error)
                break
        title = entity.state.appointment.purpose if entity else None
        trouble = Trouble(uid_of(push.meeting), title, code, detail)
        await self._problem(visit.account, [trouble])

    async def _catch_up(self, visit: Visit, side: Side, link: Link | None) -> None:
        """Take the event as it is now. An event without a link is there all the same: the link, or
        the answer to the PUT, was lost."""
        if link is None:
            await self._puller.pull(visit, side)
        else:
            await self._puller.look_again(visit, side, [link.place.object])

    async def _create(self, visit: Visit, side: Side, entity: Entity[Meeting]) -> None:
        """Put a meeting into the calendar that the account's user made in kith, and that is still
        to come. Raises Stale."""
        meeting, values = entity.state, Values.of_meeting(entity.state)
        if (
            meeting.status != MeetingStatus.SCHEDULED
            or meeting.appointment.source is not None
            or entity.created.actor.id != visit.account.principal.user
            or (values.ends_at or values.start) <= self._now()
        ):
            return
        await visit.check()
        wanted = _wanted(entity.id, uid_of(entity.id), values)
        put = await side.service.put(side.calendar, wanted, None, None)
        place = Place(side.chosen.id, put.id, None)
        link = Link(place, wanted.uid, entity.id, values, NO_PEOPLE, own=True)
        await self._keep(visit, side, link, put)

    async def _has_left(self, visit: Visit, side: Side, link: Link) -> bool:
        """True if kith's own event was deleted from the calendar that kith writes to."""
        if not link.agreed.cancelled or own_meeting(link.uid) is None:
            return False
        place = link.place
        known = await objects.known(visit, place.calendar, [place.object])
        return (
            place.calendar == side.chosen.id and place.object in known and known[place.object].gone
        )

    async def _write(self, visit: Visit, side: Side, entity: Entity[Meeting], link: Link) -> None:
        """Patch or delete the event of a link. Raises Stale."""
        here, agreed = Values.of_meeting(entity.state), link.agreed
        writable = link.own and link.place.calendar == side.chosen.id
        if not writable or agreed.cancelled or here == agreed:
            return
        if here.cancelled:
            if own_meeting(link.uid):
                await self._delete(visit, side, link)
            return
        if entity.state.status != MeetingStatus.SCHEDULED:
            return
        etag = await self._etag(visit, link)
        await visit.check()
        wanted = _wanted(
            entity.id,
            link.uid,
            here,
            significant=here.significant(agreed),
            recurrence=link.place.recurrence,
        )
        put = await side.service.put(side.calendar, wanted, link.place.object, etag)
        await self._keep(visit, side, link._replace(agreed=here), put)

    async def _delete(self, visit: Visit, side: Side, link: Link) -> None:
        """Delete kith's own event. Raises Stale."""
        if link.agreed.start <= self._now():
            return
        etag = await self._etag(visit, link)
        await visit.check()
        await side.service.delete(side.calendar, link.place.object, etag)
        off = link._replace(agreed=link.agreed._replace(cancelled=True))
        async with visit.transaction() as connection:
            await links.save(connection, visit, [off])
            await objects.gone(connection, visit, side.chosen.id, [link.place.object])

    async def _etag(self, visit: Visit, link: Link) -> str | None:
        found = await objects.known(visit, link.place.calendar, [link.place.object])
        known = found.get(link.place.object)
        return None if known is None else known.etag

    async def _keep(self, visit: Visit, side: Side, link: Link, put: Put) -> None:
        """Save the written values as agreed on. Without an ETag in the answer, the object is read
        back."""
        async with visit.transaction() as connection:
            await objects.written(connection, visit, link.place.calendar, put)
            await links.save(connection, visit, [link])
            await solved(connection, visit.account.id, [link.uid])
        if put.etag is None:
            await self._puller.look_again(visit, side, [put.id])


def _wanted(
    meeting: UUID,
    uid: str,
    values: Values,
    *,
    significant: bool = True,
    recurrence: datetime | None = None,
) -> Wanted:
    return Wanted(
        meeting,
        uid,
        values.start,
        values.ends_at,
        values.zone,
        values.whole_day,
        values.title,
        values.place,
        values.agenda,
        significant,
        recurrence,
    )
