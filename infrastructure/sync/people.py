"""The people of an event as attendees of its meeting. kith writes none into a calendar."""

import hashlib
from collections.abc import Mapping

from domain.appointment import MOST_ATTENDEES, Attendee
from domain.meeting import Meeting
from infrastructure.sync.recognizing import Recognized

DIGEST_BYTES = 16


def digest_of(found: Recognized) -> bytes:
    """The digest of an event's people, in any order."""
    people = sorted(f"{guest.address}\n{guest.name}" for guest in found.guests)
    digest = hashlib.sha256("\n\n".join(people).encode("utf-8", "replace"))
    return digest.digest()[:DIGEST_BYTES]


NO_PEOPLE = digest_of(Recognized(None))


def attendees_of(found: Recognized) -> tuple[Attendee, ...]:
    return tuple(
        Attendee(name=guest.name, address=guest.address, contact_id=guest.contact)
        for guest in found.guests[:MOST_ATTENDEES]
    )


def attendees_after(meeting: Meeting, found: Recognized, *, ours: bool) -> Mapping[str, object]:
    """The fields of a meeting after the people of its event changed. A meeting that kith put into
    the calendar keeps its own attendees, which the calendar never had."""
    there = attendees_of(found)
    if ours:
        known = meeting.appointment.attendees
        addresses = {each.address for each in known if each.address}
        more = (each for each in there if each.address not in addresses)
        there = (*known, *more)[:MOST_ATTENDEES]
    return {"attendees": there}
