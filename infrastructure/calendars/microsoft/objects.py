"""Graph's events as calendar objects: single ones, and series with their exceptions."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from infrastructure.calendars import listing
from infrastructure.calendars.fingerprints import fingerprint, series_etag
from infrastructure.calendars.listing import RAW, Stored
from infrastructure.calendars.microsoft.events import Event
from infrastructure.calendars.port import CalendarObject, Occurrence, Put, Window

FIELDS = tuple(
    """id type seriesMasterId iCalUId transactionId subject body start end isAllDay originalStart
    originalStartTimeZone originalEndTimeZone location recurrence isCancelled isOrganizer
    responseStatus sensitivity showAs organizer attendees lastModifiedDateTime""".split()
)
"""Fields that kith asks for."""

EXCEPTIONS, CANCELLED = "exceptionOccurrences", "cancelledOccurrences"

ETAG = "@odata.etag"
PRINTED = frozenset((*FIELDS, CANCELLED)) - {"lastModifiedDateTime"}


class Series(NamedTuple):
    """A series as it is stored: its master, and the instances that differ from it."""

    master: RAW
    exceptions: tuple[RAW, ...]

    @property
    def stored(self) -> Stored:
        every = (self.master, *self.exceptions)
        return _stored(self.master, series_etag(each.get(ETAG) for each in every), every)

    @property
    def put(self) -> Put:
        return Put(self.stored.id, self.stored.etag, self.stored.fingerprint)


def single(raw: RAW, window: Window) -> CalendarObject:
    return listing.single(_stored(raw, raw.get(ETAG), (raw,)), partial(_single, raw), window)


def recurring(series: Series, instances: Iterable[RAW], window: Window) -> CalendarObject:
    every = (*instances, *series.exceptions)
    reads = (partial(_instance, each, series.master) for each in every)
    return listing.recurring(series.stored, reads, window)


def put(raw: RAW) -> Put:
    return Put(str(raw["id"]), raw.get(ETAG), _print((raw,)))


def _stored(raw: RAW, etag: str | None, every: Iterable[RAW]) -> Stored:
    return Stored(str(raw["id"]), raw.get("subject"), etag, _print(every))


def _print(every: Iterable[RAW]) -> bytes:
    """Of the fields that are there: a field is null, or left out, as it comes."""
    kept = ({name: each[name] for name in PRINTED if each.get(name) is not None} for each in every)
    return fingerprint(kept, ())


def _single(raw: RAW) -> Occurrence:
    event = Event.model_validate(raw)
    return event.occurrence(event.calendar_uid or event.id, None)


def _instance(raw: RAW, master: RAW) -> Occurrence:
    """The UID is that of the series: Graph gives each instance another."""
    of, event = Event.model_validate(master), Event.model_validate(raw)
    return event.occurrence(of.calendar_uid or of.id, event.recurs_at)
