"""One object of a calendar is taken: its occurrences become meetings, are followed, or ignored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from application.calendar_meetings import TakeMeeting, meeting_of, own_meeting
from application.entity import Entity
from application.errors import Rejected, TooLarge
from domain.appointment import Appointment, Source
from domain.errors import NotFound, Refusal
from domain.meeting import Meeting
from infrastructure.calendars.port import CalendarObject, Occurrence, Trouble, Window
from infrastructure.sync.account import Chosen
from infrastructure.sync.links import Link, Place
from infrastructure.sync.people import NO_PEOPLE, attendees_after, attendees_of, digest_of
from infrastructure.sync.recognizing import (
    Ignored,
    Recognized,
    is_declined,
    is_organized_by,
    recognized,
)
from infrastructure.sync.settling import Meetings, There, Unsettled
from infrastructure.sync.values import Values
from infrastructure.sync.visit import Visit

REFUSED = (Refusal, Rejected, TooLarge, Unsettled, ValueError)
"""Errors of one object, which is a problem then, and no reason to stop."""

TROUBLED = "problem"
"""The reason of an object that couldn't be taken. The object is tried again when it changes."""

SERIES = "It was made a series in the calendar, and is no longer followed."


class Page(NamedTuple):
    """The calendar and window of a page, `contacts` by address, and the links that are there."""

    calendar: Chosen
    window: Window
    contacts: Mapping[str, UUID]
    links: Mapping[Place, Link]


@dataclass
class Taken:
    """The outcome of an object: without links, the object is ignored, for a reason."""

    object: CalendarObject
    links: list[Link] = field(default_factory=list)
    dropped: list[Place] = field(default_factory=list)
    pushes: set[UUID] = field(default_factory=set)
    ignored: str | None = None
    troubles: list[Trouble] = field(default_factory=list)


class ObjectTaker:
    def __init__(self, meetings: Meetings):
        self._meetings = meetings

    async def take(self, visit: Visit, page: Page, object: CalendarObject) -> Taken:
        taken = Taken(object, troubles=list(object.troubles))
        try:
            await self._object(visit, page, taken)
        except REFUSED as error:
            title = next((each.title for each in object.occurrences if not each.private), None)
            taken.troubles.append(trouble_of(object.uid or object.id, title, error))
            taken.ignored = taken.ignored or TROUBLED
        if taken.links:
            taken.ignored = None
        elif taken.ignored is None and taken.troubles:
            taken.ignored = TROUBLED
        elif taken.ignored is None and (object.occurrences or not object.recurring):
            taken.ignored = Ignored.NO_CONTACT  # else it may have occurrences another day
        return taken

    async def _object(self, visit: Visit, page: Page, taken: Taken) -> None:
        found = taken.object
        before = {place: link for place, link in page.links.items() if place.object == found.id}
        if found.recurring and any(own_meeting(each.uid) for each in found.occurrences):
            taken.ignored = Ignored.SERIES
            taken.dropped += before
            taken.troubles.append(Trouble(found.uid or found.id, None, "became_series", SERIES))
            return
        for occurrence in found.occurrences:
            place = Place(page.calendar.id, found.id, occurrence.recurrence)
            await self._occurrence(visit, page, taken, occurrence, place, before.pop(place, None))
        for place, link in before.items():
            if place.recurrence is not None and link.agreed.start < page.window.since:
                taken.dropped.append(place)  # its meeting is past, and stays
                continue
            listed = page.window.since <= link.agreed.start < page.window.until
            alone = place.recurrence is None and not found.recurring
            if alone or found.troubles or link.agreed.cancelled or not listed:
                taken.links.append(link)  # the window, or the trouble, hides it
            elif (off := await self.off(visit, link)) is not None:
                taken.links.append(off)

    async def _occurrence(
        self,
        visit: Visit,
        page: Page,
        taken: Taken,
        occurrence: Occurrence,
        place: Place,
        link: Link | None,
    ) -> None:
        account = visit.account
        mine = is_organized_by(occurrence, account.addresses)
        ours = own_meeting(occurrence.uid) is not None
        found = recognized(occurrence, account.addresses, page.contacts)
        if occurrence.private and not ours:
            taken.ignored = Ignored.PRIVATE
            taken.dropped += [] if link is None else [place]
            return
        if link is None and ours and not mine:
            taken.ignored = Ignored.FOREIGN  # anybody can send an invitation with such a UID
            return
        meeting = meeting_of(account.tenant, occurrence.uid, place.recurrence)
        entity = await self._meetings.load(account.tenant, meeting)
        if link is None and ours and entity and entity.created.actor.id != account.principal.user:
            taken.ignored = Ignored.FOREIGN
            return
        if link is None and found.ignored and not (ours and entity):
            taken.ignored = found.ignored
            return
        if entity is None:
            entity = await self._taken(visit, page, taken, occurrence, found, place, meeting)
            if entity is None:
                return
        like = link.agreed if link else Values.of_meeting(entity.state)
        off = is_declined(occurrence, account.addresses)
        values = Values.of_occurrence(occurrence, like, off=off)
        if link is None:
            values = values._replace(agenda=())
        people = digest_of(found)
        known = link.people if link else NO_PEOPLE if ours else people
        fields = {} if known == people else attendees_after(entity.state, found, ours=ours)
        settled = await self._meetings.settle(
            visit,
            entity,
            Link(place, occurrence.uid, meeting, like, people, ours or mine),
            There(values, occurrence.changed_at, fields),
            linked=link is not None,
        )
        taken.links.append(settled.link)
        if settled.push:
            taken.pushes.add(meeting)

    async def _taken(
        self,
        visit: Visit,
        page: Page,
        taken: Taken,
        occurrence: Occurrence,
        found: Recognized,
        place: Place,
        meeting: UUID,
    ) -> Entity[Meeting] | None:
        """Take a new meeting. The meeting that is there already, if an earlier visit or the copy of
        a colleague made it."""
        if not page.calendar.read or found.contact is None:
            taken.ignored = found.ignored or Ignored.NO_CONTACT
            return None
        values = Values.of_occurrence(occurrence, None, off=False)
        appointment = Appointment(
            scheduled_at=values.start,
            ends_at=values.ends_at,
            timezone=values.zone,
            whole_day=values.whole_day,
            location=values.place,
            purpose=values.title,
            attendees=attendees_of(found),
            source=Source(kind="calendar", account=visit.account.id),
        )
        command = TakeMeeting(meeting, found.contact, appointment)
        try:
            begun = await self._meetings.take(visit, command)
        except NotFound:  # the contact was removed just now
            taken.ignored = Ignored.NO_CONTACT
            return None
        if not begun:
            return await self._meetings.load(visit.account.tenant, meeting)
        own = is_organized_by(occurrence, visit.account.addresses)
        link = Link(place, occurrence.uid, meeting, values, digest_of(found), own)
        taken.links.append(link)
        return None

    async def off(self, visit: Visit, link: Link) -> Link | None:
        """The link of an occurrence that has left the calendar."""
        entity = await self._meetings.load(visit.account.tenant, link.meeting)
        if entity is None:
            return None
        off = There(link.agreed._replace(cancelled=True))
        return (await self._meetings.settle(visit, entity, link, off)).link


def trouble_of(item: str, title: str | None, error: Exception) -> Trouble:
    if isinstance(error, Unsettled):
        return Trouble(item, title, "changing", "It was changed again and again while it was read.")
    if isinstance(error, TooLarge):
        return Trouble(item, title, "too_large", str(error))
    if isinstance(error, Refusal):
        return Trouble(item, title, getattr(error, "code", None) or "refused", str(error))
    return Trouble(item, title, "unreadable", "Its values can't be stored in the ledger.")
