"""Which events become meetings: those with a contact among their organizer and attendees.

Names and reasons stay here; what isn't a meeting leaves no more in kith than its link.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from domain.mail_address import normal
from infrastructure.calendars.port import Occurrence, Person

DECLINED = "declined"


class Ignored(StrEnum):
    """Reasons for which an event is no meeting."""

    PRIVATE = "private"
    KIND = "kind"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    WHOLE_DAY = "wholeDay"
    NO_CONTACT = "noContact"
    FOREIGN = "foreign"
    SERIES = "series"


class Guest(NamedTuple):
    """A person of an event: `address` in its normal form, `contact` if it is a contact's."""

    address: str | None
    name: str | None
    contact: UUID | None


class Recognized(NamedTuple):
    """`ignored` None makes the event a meeting with `contact`. `guests` are all of its people, the
    same in every colleague's copy."""

    ignored: Ignored | None
    contact: UUID | None = None
    guests: tuple[Guest, ...] = ()


def recognized(occurrence: Occurrence, own: Set[str], contacts: Mapping[str, UUID]) -> Recognized:
    """`own` are the addresses of the account's user, `contacts` those of contacts by address, all
    in their normal form. The organizer is looked at first, then the attendees in their order."""
    if occurrence.private:
        return Recognized(Ignored.PRIVATE)
    if occurrence.kind != "event":
        return Recognized(Ignored.KIND)
    if occurrence.cancelled:
        return Recognized(Ignored.CANCELLED)
    if is_declined(occurrence, own):
        return Recognized(Ignored.DECLINED)
    if occurrence.whole_day and not occurrence.attendees:
        return Recognized(Ignored.WHOLE_DAY)
    guests = tuple(guests_of(occurrence, contacts))
    others = (guest.contact for guest in guests if guest.contact and guest.address not in own)
    contact = next(others, None)
    return Recognized(None if contact else Ignored.NO_CONTACT, contact, guests)


def is_declined(occurrence: Occurrence, own: Set[str]) -> bool:
    """True if the account's user declined the occurrence."""
    return any(
        person.status == DECLINED and address in own
        for person, address in _addressed(occurrence.attendees)
    )


def is_organized_by(occurrence: Occurrence, own: Set[str]) -> bool:
    """True if the account's user organizes the occurrence, or nobody does."""
    if occurrence.organizer is None or occurrence.organizer.address is None:
        return True
    return _normal(occurrence.organizer.address) in own


def guests_of(occurrence: Occurrence, contacts: Mapping[str, UUID]) -> Iterator[Guest]:
    """The people of an occurrence, each once: an organizer often is an attendee as well."""
    organizer = () if occurrence.organizer is None else (occurrence.organizer,)
    seen: set[str | None] = set()
    for person, address in _addressed((*organizer, *occurrence.attendees)):
        key = address or person.name
        if key is not None and key not in seen:
            seen.add(key)
            yield Guest(address, person.name, contacts.get(address or ""))


def addresses_of(occurrences: Iterable[Occurrence]) -> set[str]:
    """All addresses of the people. Those of private events aren't looked at."""
    return {
        guest.address
        for occurrence in occurrences
        if not occurrence.private
        for guest in guests_of(occurrence, {})
        if guest.address
    }


def _addressed(people: Iterable[Person]) -> Iterator[tuple[Person, str | None]]:
    return ((person, _normal(person.address)) for person in people)


def _normal(written: str | None) -> str | None:
    if written is None:
        return None
    scheme, _, rest = written.partition(":")
    return normal(rest if scheme.lower() == "mailto" else written)
