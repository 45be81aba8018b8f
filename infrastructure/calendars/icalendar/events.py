"""A VEVENT's place in time: start, end, and how it recurs."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from icalendar import Event
from icalendar.prop import vDDDLists, vDDDTypes, vRecur

from infrastructure.calendars.icalendar.components import Component
from infrastructure.calendars.icalendar.rules import rule
from infrastructure.calendars.icalendar.times import Time, alike, duration, moment, times
from infrastructure.calendars.icalendar.unreadable import Unreadable
from infrastructure.calendars.icalendar.zones import Zones

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """`recurrence` is the RECURRENCE-ID, `onwards` says that it stands for all that follow, too.
    `open_end` is True where no end is stated. `sequence` is the number of its revision."""

    component: Component
    start: Time
    end: Time
    zone: str | None
    open_end: bool
    sequence: int
    recurrence: Time | None = None
    onwards: bool = False
    rules: tuple[vRecur, ...] = ()
    more: tuple[Time | tuple[Time, timedelta], ...] = ()
    but: tuple[Time, ...] = ()

    def event(self) -> Event:
        """The event for the library that finds occurrences: nothing but times, and all of one
        kind."""
        event = Event()
        event["SEQUENCE"] = self.sequence
        event["DTSTART"] = vDDDTypes(self.start)
        event["DTEND"] = vDDDTypes(self.end)
        if self.recurrence is not None:
            event["RECURRENCE-ID"] = vDDDTypes(self.recurrence)
            if self.onwards:
                event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
        if self.rules:
            event["RRULE"] = list(self.rules)
        if self.more:
            event["RDATE"] = vDDDLists(self.more)
        if self.but:
            event["EXDATE"] = vDDDLists([vDDDTypes(each) for each in self.but])
        return event


def recurs(component: Component) -> bool:
    return any(True for _ in component.lines("RRULE", "RDATE", "RECURRENCE-ID"))


def timed(component: Component, zones: Zones, series: Timed | None = None) -> Timed:
    """`series` is the event that the component is an exception of. Raises Unreadable,
    OverflowError."""
    stated = component.line("DTSTART")
    if stated is None:
        raise Unreadable("no_start", "The event has no start.")
    begins = times(stated, zones)
    start = begins.first
    end = _end(component, start, zones)
    zone = begins.zone.name if begins.zone else None
    found = Timed(component, start, end or start, zone, end is None, _sequence(component))
    of = component.line("RECURRENCE-ID")
    if of is None:
        return _recurring(found, zones)
    named = times(of, zones)
    return replace(
        found,
        recurrence=alike(named.first, series.start if series else start),
        onwards=str(named.parameters.get("RANGE", "")).upper() == "THISANDFUTURE",
    )


def _recurring(event: Timed, zones: Zones) -> Timed:
    """The event with the recurrence that it states."""
    start = event.start
    more: list[Time | tuple[Time, timedelta]] = []
    for line in event.component.lines("RDATE"):
        if line.value:
            stated = times(line, zones)
            for value, length in zip(stated.values, stated.lengths, strict=True):
                value = alike(value, start)
                more.append(value if length is None else (value, length))
    but = (
        alike(value, start)
        for line in event.component.lines("EXDATE")
        if line.value
        for value in times(line, zones).values
    )
    rules = tuple(rule(line.value, start) for line in event.component.lines("RRULE"))
    return replace(event, rules=rules, more=tuple(more), but=tuple(but))


def _end(component: Component, start: Time, zones: Zones) -> Time | None:
    """The end; None if it isn't stated, or isn't after the start. A whole day has one always."""
    end: Time | None = None
    if stated := component.line("DTEND"):
        end = alike(times(stated, zones).first, start)
    elif stated := component.line("DURATION"):
        end = _after(start, duration(stated))
    if end is not None and moment(end) > moment(start):
        return end
    return None if isinstance(start, datetime) else start + DAY


def _after(start: Time, length: timedelta) -> Time:
    """Days are by the clock, hours exact (RFC 5545, 3.3.6)."""
    if isinstance(start, datetime) and length % DAY:
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    return start + length


def _sequence(component: Component) -> int:
    stated = component.line("SEQUENCE")
    value = stated.value if stated else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
