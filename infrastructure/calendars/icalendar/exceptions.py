"""The exceptions of a series, found and added, so that one occurrence can be changed alone."""

from datetime import datetime

from infrastructure.calendars.icalendar.components import Component
from infrastructure.calendars.icalendar.events import Timed, timed
from infrastructure.calendars.icalendar.lines import Line
from infrastructure.calendars.icalendar.opened import NotThere, Opened
from infrastructure.calendars.icalendar.times import alike, moment, times

SERIES_ONLY = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"})
"""Properties of a series that an exception doesn't take over."""


def master(text: Opened) -> Timed | None:
    """The event that the others are exceptions of: as reading takes it, its latest revision."""
    events = (timed(each, text.zones) for each in text.events if not each.line("RECURRENCE-ID"))
    return max(events, key=_revision, default=None)


def exception(text: Opened, of: Timed | None, recurrence: datetime) -> Component | None:
    """The exception for an occurrence. Raises NotThere for one that stands for all that follow it,
    which can't be changed alone."""
    named = (each for each in _exceptions(text, of) if _recurrence(each) == recurrence)
    found = max(named, key=_revision, default=None)
    if found is not None and found.onwards:
        raise NotThere("From this occurrence on, the event was changed as one.")
    return found.component if found else None


def add_exception(text: Opened, of: Timed, recurrence: datetime) -> Component:
    """Add an exception for an occurrence, which differs in nothing yet."""
    source = _source(text, of, recurrence)
    shift = moment(source.start) - _recurrence(source) if source.recurrence else None
    start = recurrence + shift if shift else recurrence
    made = Component("VEVENT", source.component.begin)
    made.end = source.component.end or text.line("END:VEVENT")
    made.content = [
        each
        for each in source.component.content
        if not isinstance(each, Line) or each.name not in SERIES_ONLY
    ]
    form = text.form(source)
    text.put(made, ("DTSTART",), form.line("DTSTART", start))
    if not source.open_end:
        ends = start + (moment(source.end) - moment(source.start))
        text.put(made, ("DTEND", "DURATION"), form.line("DTEND", ends))
    text.put(made, (), text.form(of).line("RECURRENCE-ID", recurrence))
    text.add(made)
    return made


def readmit(text: Opened, of: Timed, recurrence: datetime) -> None:
    """Take an occurrence out of those that the series leaves out."""
    content: list[Line | Component] = []
    for each in of.component.content:
        if isinstance(each, Line) and each.name == "EXDATE":
            values = times(each, text.zones).values
            head, _, stated = each.text.rpartition(":")
            kept = [
                word
                for word, value in zip(stated.split(","), values, strict=False)
                if moment(alike(value, of.start)) != recurrence
            ]
            if len(kept) < len(values):
                content += [text.line(f"{head}:{','.join(kept)}")] if kept else []
                continue
        content.append(each)
    of.component.content = content


def _exceptions(text: Opened, of: Timed | None) -> list[Timed]:
    return [timed(each, text.zones, of) for each in text.events if each.line("RECURRENCE-ID")]


def _source(text: Opened, of: Timed, recurrence: datetime) -> Timed:
    """The latest exception that stands for all that follow it (RFC 5545, 3.2.13), else the
    series."""
    before = (
        each for each in _exceptions(text, of) if each.onwards and _recurrence(each) <= recurrence
    )
    return max(before, key=_recurrence, default=of)


def _revision(event: Timed) -> int:
    return event.sequence


def _recurrence(exception: Timed) -> datetime:
    assert exception.recurrence is not None
    return moment(exception.recurrence)
