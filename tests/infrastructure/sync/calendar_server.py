"""A calendar server in memory, at the port, which misbehaves on demand."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    Changes,
    CursorLost,
    Occurrence,
    Person,
    Put,
    Stale,
    Wanted,
    Window,
)

NOW = datetime.now(UTC).replace(microsecond=0)
SOON = NOW + timedelta(days=3)
HOUR = timedelta(hours=1)
WORK = Calendar("work", "Work", read_only=False)
HOME = Calendar("home", "Home", read_only=False)
USER = Person("me@example.com", "Me", "accepted")
ANN = Person("Ann@Example.com", "Ann Lee")

USUAL_LENGTH = timedelta(minutes=30)


def event(uid: str = "one", **values: object) -> Occurrence:
    """An event of the user with Ann, in three days, an hour long."""
    usual = Occurrence(
        uid=uid,
        recurrence=None,
        start=SOON,
        ends_at=SOON + HOUR,
        zone=None,
        whole_day=False,
        title="Lunch",
        place=None,
        notes=None,
        cancelled=False,
        private=False,
        kind="event",
        organizer=USER,
        attendees=(ANN,),
    )
    return usual._replace(**values)  # type: ignore[arg-type]


class Stored(NamedTuple):
    occurrences: tuple[Occurrence, ...]
    agenda: tuple[str, ...]
    version: int


@dataclass
class CalendarServer:
    """`before` and `after` hold, by the name of a call, what happens at the next ones: each is
    called with the server, and may raise."""

    calendars: list[Calendar] = field(default_factory=lambda: [WORK])
    page_size: int = 100
    etags: bool = True
    cursors: bool = True
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    forgotten: int = 0
    """The changes whose cursors have expired."""
    before: dict[str, list[Callable[["CalendarServer"], None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    after: dict[str, list[Callable[["CalendarServer"], None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    calls: list[str] = field(default_factory=list)
    puts: list[Wanted] = field(default_factory=list)

    def save(
        self,
        *occurrences: Occurrence,
        calendar: str = "work",
        name: str | None = None,
        agenda: tuple[str, ...] = (),
    ) -> str:
        """Make or change an object, as its user does."""
        key = (calendar, name or f"{occurrences[0].uid}.ics")
        version = self.stored[key].version + 1 if key in self.stored else 1
        version = max(version, len(self.log) + 1)
        self.stored[key] = Stored(occurrences, agenda, version)
        self.log.append(key)
        return key[1]

    def change(self, name: str, calendar: str = "work", **values: object) -> None:
        """Change every occurrence of an object."""
        stored = self.stored[calendar, name]
        values = {"changed_at": datetime.now(UTC)} | values
        changed = tuple(each._replace(**values) for each in stored.occurrences)  # type: ignore[arg-type]
        self.save(*changed, calendar=calendar, name=name, agenda=stored.agenda)

    def remove(self, name: str, calendar: str = "work") -> None:
        if self.stored.pop((calendar, name), None):
            self.log.append((calendar, name))

    def only(self) -> Occurrence:
        """The only event there is."""
        ((stored),) = self.stored.values()
        (occurrence,) = stored.occurrences
        return occurrence

    def events(self) -> list[Occurrence]:
        return [each for stored in self.stored.values() for each in stored.occurrences]

    def expire(self) -> None:
        """All cursors that were given out are lost."""
        self.forgotten = len(self.log) + 1
        self.log.append(("", ""))

    def happens(self, name: str, when: dict[str, list[Callable[["CalendarServer"], None]]]) -> None:
        if when[name]:
            when[name].pop(0)(self)


class InMemoryService:
    """Implements CalendarService."""

    def __init__(self, server: CalendarServer):
        self.server = server

    async def calendars(self) -> list[Calendar]:
        self._before("calendars")
        return list(self.server.calendars)

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        self._before("changes")
        page = self._full(calendar, cursor, window)
        if cursor is not None and not cursor.startswith("full"):
            page = self._since(calendar, int(cursor), window)
        self._after("changes")
        return page

    def _full(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        server = self.server
        _, last, head = (
            (cursor or f"full|?|{len(server.log)}").split("|")
            if (cursor is None or cursor.startswith("full"))
            else ("", "", "0")
        )
        last = "" if last == "?" else last
        names = sorted(
            name for where, name in server.stored if where == calendar.id and name > last
        )
        here, more = names[: server.page_size], len(names) > server.page_size
        following = f"full|{here[-1]}|{head}" if more else head
        return Changes(
            tuple(self._object(calendar, name, window) for name in here),
            (),
            following if server.cursors or more else None,
            more,
            full=True,
        )

    def _since(self, calendar: Calendar, at: int, window: Window) -> Changes:
        server = self.server
        if at < server.forgotten:
            raise CursorLost
        found = server.log[at : at + server.page_size]
        names = list(dict.fromkeys(name for where, name in found if where == calendar.id))
        there = [name for name in names if (calendar.id, name) in server.stored]
        upto = at + len(found)
        return Changes(
            tuple(self._object(calendar, name, window) for name in there),
            tuple(name for name in names if name not in there),
            str(upto),
            upto < len(server.log),
            full=False,
        )

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        self._before("get")
        if (calendar.id, object_id) not in self.server.stored:
            return None
        found = self._object(calendar, object_id, window)
        self._after("get")
        return found

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        self._before("put")
        server = self.server
        name = object_id or f"{wanted.uid}.ics"
        stored = server.stored.get((calendar.id, name))
        if object_id is None and stored is not None:
            raise Stale
        if object_id is not None and (stored is None or etag not in (None, _etag(stored))):
            raise Stale
        server.puts.append(wanted)
        if stored is None:
            server.save(_made(wanted), calendar=calendar.id, name=name, agenda=wanted.agenda)
        else:
            patched = tuple(
                _patched(each, wanted) if each.recurrence == wanted.recurrence else each
                for each in stored.occurrences
            )
            server.save(*patched, calendar=calendar.id, name=name, agenda=wanted.agenda)
        self._after("put")
        stored = server.stored[calendar.id, name]
        return Put(name, _etag(stored) if server.etags else None, _fingerprint(stored))

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        self._before("delete")
        stored = self.server.stored.get((calendar.id, object_id))
        if stored is not None and etag not in (None, _etag(stored)):
            raise Stale
        self.server.remove(object_id, calendar.id)
        self._after("delete")

    async def close(self) -> None:
        self.server.calls.append("close")

    def _before(self, name: str) -> None:
        self.server.calls.append(name)
        self.server.happens(name, self.server.before)

    def _after(self, name: str) -> None:
        self.server.happens(name, self.server.after)

    def _object(self, calendar: Calendar, name: str, window: Window) -> CalendarObject:
        stored = self.server.stored[calendar.id, name]
        recurring = any(each.recurrence for each in stored.occurrences)
        occurrences = tuple(
            each
            for each in stored.occurrences
            if not recurring or window.since <= each.start < window.until
        )
        return CalendarObject(
            name,
            stored.occurrences[0].uid,
            _etag(stored) if self.server.etags else None,
            _fingerprint(stored),
            occurrences,
            recurring=recurring,
        )


def _etag(stored: Stored) -> str:
    return f'"{stored.version}"'


def _fingerprint(stored: Stored) -> bytes:
    return hashlib.sha256(repr((stored.occurrences, stored.agenda)).encode()).digest()


def _made(wanted: Wanted) -> Occurrence:
    return event(
        wanted.uid,
        start=wanted.start,
        ends_at=wanted.ends_at or wanted.start + USUAL_LENGTH,
        zone=wanted.zone,
        whole_day=wanted.whole_day,
        title=wanted.title,
        place=wanted.place,
        organizer=None,
        attendees=(),
        changed_at=datetime.now(UTC),
    )


def _patched(before: Occurrence, wanted: Wanted) -> Occurrence:
    made = _made(wanted)
    return made._replace(
        uid=before.uid,
        recurrence=before.recurrence,
        organizer=before.organizer,
        attendees=before.attendees,
        private=before.private,
        sequence=before.sequence + wanted.significant,
    )
