"""A text that is being changed: its events, and lines written into them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from infrastructure.calendars.icalendar.components import Component, parsed
from infrastructure.calendars.icalendar.events import Timed
from infrastructure.calendars.icalendar.lines import Line, line, lines
from infrastructure.calendars.icalendar.properties import at, day
from infrastructure.calendars.icalendar.reading import uid_of
from infrastructure.calendars.icalendar.times import times
from infrastructure.calendars.icalendar.vtimezone import vtimezone
from infrastructure.calendars.icalendar.zones import Zone, Zones


class NotThere(ValueError):
    """The text has no event with this UID, or none that can be read."""


class Form(NamedTuple):
    """The form of a time: a date, by the clock of a zone under the name that the text has for
    it, or in UTC."""

    whole_day: bool
    tzid: str | None = None
    zone: Zone | None = None

    def line(self, name: str, moment: datetime) -> str:
        return day(name, moment) if self.whole_day else at(name, moment, self.tzid, self.zone)


class Opened:
    """`calendar` is the component that holds the `events`, which are those of the UID. Raises
    NotThere."""

    def __init__(self, text: bytes, uid: str):
        self._end = b"\r\n" if b"\r\n" in text or b"\n" not in text else b"\n"
        self._root = parsed(text if text.endswith(b"\n") else text + self._end)
        self.zones = Zones(self._root)
        for calendar in self._root.within("VCALENDAR"):
            events = [each for each in calendar.components() if each.name == "VEVENT"]
            self.calendar, self.events = calendar, [each for each in events if uid_of(each) == uid]
            if self.events:
                return
        raise NotThere("The calendar has no such event.")

    @property
    def text(self) -> bytes:
        return self._root.raw

    def line(self, text: str) -> Line:
        """A new line, which ends as the others do."""
        return line(text, self._end)

    def put(self, event: Component, names: Sequence[str], text: str | None) -> None:
        """Write a property in the place of the first of these names, else after the others; None
        takes it away."""
        content = event.content
        places = [
            index
            for index, each in enumerate(content)
            if isinstance(each, Line) and each.name in names
        ]
        parts = (index for index, each in enumerate(content) if isinstance(each, Component))
        place = places[0] if places else next(parts, len(content))
        for index in reversed(places):
            del content[index]
        if text is not None:
            content.insert(place, self.line(text))

    def add(self, event: Component) -> None:
        """Add an event after the others of its UID."""
        known = set(map(id, self.events))
        content = self.calendar.content
        last = max(place for place, each in enumerate(content) if id(each) in known)
        content.insert(last + 1, event)
        self.events.append(event)

    def form(self, event: Timed) -> Form:
        """The form in which an event states its start."""
        stated = event.component.line("DTSTART")
        assert stated is not None
        read = times(stated, self.zones)
        tzid = read.parameters.get("TZID")
        if not isinstance(read.first, datetime):
            return Form(True)
        return Form(False, str(tzid), read.zone) if tzid and read.zone else Form(False)

    def state(self, form: Form, year: int) -> None:
        """Add the VTIMEZONE of a form, if the text doesn't have it."""
        if form.tzid and form.zone and not self.zones.states(form.tzid):
            rules = vtimezone(form.tzid, year).replace(b"\r\n", self._end)
            content = self.calendar.content
            parts = (place for place, each in enumerate(content) if isinstance(each, Component))
            place = next(parts)
            content[place:place] = lines(rules)
