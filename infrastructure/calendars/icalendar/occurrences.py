"""The occurrences of one calendar object inside a window, with its exceptions.

The library counts an exception where it takes place. Here it counts where it was to take place,
too: an occurrence that moved out of the window is still known to have moved.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from recurring_ical_events.adapters.component import ComponentAdapter
from recurring_ical_events.adapters.event import EventAdapter
from recurring_ical_events.occurrence import Occurrence as Placed
from recurring_ical_events.series import Series

from infrastructure.calendars.icalendar.events import Timed
from infrastructure.calendars.icalendar.times import Time, moment
from infrastructure.calendars.port import Window

MOST = 500
"""Occurrences of a calendar object."""


class Instance(NamedTuple):
    """`recurrence` is the instant that the rule gives it, None for what doesn't recur."""

    event: Timed
    start: Time
    end: Time
    recurrence: datetime | None


class _Adapter(EventAdapter):
    """`timed` is the event that the library's component was made of."""

    def __init__(self, timed: Timed):
        super().__init__(timed.event())
        self.timed = timed


class _Series(Series):
    def occurrence(
        self, adapter: ComponentAdapter, start: Time | None = None, end: Time | None = None
    ) -> Placed:
        placed = Placed(adapter, start, end)
        if start is None:  # an exception
            placed.origin = adapter.timed.recurrence or adapter.timed.start
        else:
            placed.origin = start - adapter.move_recurrences_by
        return placed


def instances(events: Sequence[Timed], window: Window) -> tuple[list[Instance], bool]:
    """The occurrences in order, and True if there are more than `MOST` of them. Raises what the
    library raises for a rule that it can't follow."""
    found = list(islice(_instances(events, window), MOST + 1))
    found.sort(key=lambda each: moment(each.start))
    return found[:MOST], len(found) > MOST


def _instances(events: Sequence[Timed], window: Window) -> Iterator[Instance]:
    recurring = any(each.rules or each.more or each.recurrence is not None for each in events)
    series = _Series([_Adapter(each) for each in events])
    listed = set()
    for placed in series.between(window.since, window.until):
        recurrence = moment(placed.origin) if recurring else None
        listed.add(recurrence)
        yield Instance(placed._adapter.timed, placed.start, placed.end, recurrence)
    known = listed.union(moment(date) for each in events for date in each.but)
    for each in series.modifications:
        event = each.timed
        recurrence = moment(event.recurrence)
        if window.since <= recurrence < window.until and recurrence not in known:
            yield Instance(event, event.start, event.end, recurrence)
