"""Google events as calendar objects: single ones, and series with their exceptions."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from infrastructure.calendars import listing
from infrastructure.calendars.fingerprints import fingerprint, series_etag
from infrastructure.calendars.google.events import Event, filled
from infrastructure.calendars.listing import RAW, Stored
from infrastructure.calendars.port import CalendarObject, Occurrence, Put, Window

ADDED = frozenset(("kind", "etag", "htmlLink", "created", "updated"))
"""Fields that Google changes by itself."""


class Series(NamedTuple):
    """A series as it is stored: its master, and the instances that differ from it."""

    master: RAW
    exceptions: tuple[RAW, ...]

    @property
    def stored(self) -> Stored:
        every = (self.master, *self.exceptions)
        etag = series_etag(each.get("etag") for each in every)
        return _stored(self.master, etag, fingerprint(every, ADDED))

    @property
    def put(self) -> Put:
        return Put(self.stored.id, self.stored.etag, self.stored.fingerprint)


def single(raw: RAW, window: Window) -> CalendarObject:
    """An event that doesn't recur; an instance, too, whose series is somebody else's."""
    stored = _stored(raw, raw.get("etag"), fingerprint((raw,), ADDED))
    return listing.single(stored, partial(_read, raw, raw), window)


def recurring(series: Series, instances: Iterable[RAW], window: Window) -> CalendarObject:
    every = (*instances, *series.exceptions)
    reads = (partial(_instance, each, series.master) for each in every)
    return listing.recurring(series.stored, reads, window)


def _instance(raw: RAW, master: RAW) -> Occurrence:
    return _read(filled(raw, master), master)


def put(raw: RAW) -> Put:
    return Put(str(raw["id"]), raw.get("etag"), fingerprint((raw,), ADDED))


def _stored(raw: RAW, etag: str | None, print_: bytes) -> Stored:
    return Stored(str(raw["id"]), raw.get("summary"), etag, print_)


def _read(raw: RAW, master: RAW) -> Occurrence:
    """Raises ValueError, OverflowError."""
    of = Event.model_validate(master)
    return Event.model_validate(raw).occurrence(of.calendar_uid or of.id)
