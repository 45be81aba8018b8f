"""The port of calendar services: calendars, their objects, and the ways a service fails.

Instants are aware and in UTC. A window is looked at, not the whole of a calendar: what recurs for
ever has occurrences without end.
"""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class Window(NamedTuple):
    """The part of time that is looked at: from `since` on, and before `until`."""

    since: datetime
    until: datetime


class Calendar(NamedTuple):
    """One calendar of an account. `id` is unique in its account; `zone` is the IANA name of the
    zone in which times without one are meant."""

    id: str
    name: str
    read_only: bool
    zone: str | None = None


class Person(NamedTuple):
    """An organizer or attendee. `address` is as written; `status` is the PARTSTAT (RFC 5545) in
    lower case: needs-action, accepted, declined, tentative or delegated."""

    address: str | None
    name: str | None = None
    status: str = "needs-action"


class Occurrence(NamedTuple):
    """One instance of a calendar object.

    `recurrence` is its RECURRENCE-ID, and None for what doesn't recur. `start` of a whole day is
    midnight UTC of its date. `zone` is an IANA name. `private` stands for CLASS private or
    confidential, or the service's word for them. `kind` is event, birthday, focus, outOfOffice,
    workingLocation or task. `changed_at` is LAST-MODIFIED.
    """

    uid: str
    recurrence: datetime | None
    start: datetime
    ends_at: datetime | None
    zone: str | None
    whole_day: bool
    title: str | None
    place: str | None
    notes: str | None
    cancelled: bool
    private: bool
    kind: str
    organizer: Person | None
    attendees: tuple[Person, ...]
    sequence: int = 0
    changed_at: datetime | None = None


class Trouble(NamedTuple):
    """An item that couldn't be taken, which becomes a problem of the account. `item` is a UID or
    an object's id, `detail` a sentence for the user."""

    item: str
    title: str | None
    code: str
    detail: str


class CalendarObject(NamedTuple):
    """One UID with all its components (RFC 4791); an event or a series elsewhere.

    `id` is unique in its calendar: a path at CalDAV, an id at Google and Graph. `fingerprint` is
    the SHA-256 of every component, without what services add by themselves (DTSTAMP, PRODID,
    CREATED, X-…). `occurrences` are those of the window, cancelled ones among them.
    """

    id: str
    uid: str | None
    etag: str | None
    fingerprint: bytes
    occurrences: tuple[Occurrence, ...]
    troubles: tuple[Trouble, ...] = ()
    recurring: bool = False


class Changes(NamedTuple):
    """One page of a round.

    `gone` are ids. `cursor` is kept once the page was taken; None leaves nothing to resume from.
    `more` says that another page follows. `full` marks the pages of a round that lists everything:
    what such a round didn't list is gone.
    """

    objects: tuple[CalendarObject, ...]
    gone: tuple[str, ...]
    cursor: str | None
    more: bool
    full: bool


class Wanted(NamedTuple):
    """A meeting as it is to stand in a calendar.

    `uid` is `{meeting}@kith` for kith's own. `significant` says that time, place or status
    changed, which raises SEQUENCE by one (RFC 5546). `recurrence` names one occurrence of what
    recurs.
    """

    meeting: UUID
    uid: str
    start: datetime
    ends_at: datetime | None
    zone: str | None
    whole_day: bool
    title: str | None
    place: str | None
    agenda: tuple[str, ...]
    significant: bool = True
    recurrence: datetime | None = None


class Put(NamedTuple):
    """An object as it stands at the service after it was written."""

    id: str
    etag: str | None
    fingerprint: bytes


class CalendarService(Protocol):
    """One account at a service. Every method raises ServiceError."""

    async def calendars(self) -> list[Calendar]: ...

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        """One page of what changed since the cursor; of everything, without one. Raises
        CursorLost."""

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        """The object as it is now; None for one that isn't there."""

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        """Create the object if `object_id` is None, else write into it while its ETag matches.
        Raises Stale."""

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        """Delete the object while its ETag matches; one that is gone already is done. Raises
        Stale."""

    async def close(self) -> None: ...


class ServiceError(Exception):
    """By itself, a refusal of one object: its account and the others are well.

    The message is one sentence that a user can act on: never a secret, never an address inside this
    network. `retry_after` is the service's Retry-After in seconds.
    """

    def __init__(self, message: str, retry_after: float | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ServiceError):
    """The credentials were refused: nothing is tried until the user acts."""


class Unreachable(ServiceError):
    """The network, TLS, a status 429 or 5xx, or an answer without sense: tried again later."""


class Gone(ServiceError):
    """The calendar or the account is no longer there."""


OF_THE_ACCOUNT = (Refused, Unreachable, Gone)
"""Errors that concern the whole account; other ServiceErrors concern one object."""


class CursorLost(Exception):
    """The service can't resume from the cursor: a full round has to follow."""


class Stale(Exception):
    """The object's ETag didn't match: it has changed, or is there already."""
