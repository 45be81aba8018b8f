"""A contact, an interaction and a meeting to begin with, and the moment it is now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.appointment import Appointment
from domain.contact import ContactAdded, Details
from domain.interaction import InteractionLogged, InteractionPlanned
from domain.kinds import Kind
from domain.meeting import MeetingScheduled, Outcome
from domain.record import Record, Said, When

NOW = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ANN = UUID("550e8400-e29b-41d4-a716-446655440001")
DETAILS = Details(name="Ann Lee", email="ann@example.com", company="Lee & Sons", tags=("vip",))
ADDED = ContactAdded(number=7, details=DETAILS, owner_id="5")


def record(at: datetime = NOW - HOUR, **parts: Any) -> Record:
    """A call, an hour ago unless said otherwise."""
    return Record(kind=Kind.CALL, word="call", when=When(at=at), **parts)


CALL = record(said=Said(notes="Wants a quote", topics=("price", "dates")))
LOGGED = InteractionLogged(number=1, contact_id=ANN, record=CALL)
PLANNED = InteractionPlanned(number=2, contact_id=ANN, record=record(NOW + DAY))

APPOINTMENT = Appointment(
    scheduled_at=NOW + DAY, location="Room 3", purpose="Kick-off", agenda_items=("Scope", "Dates")
)
SCHEDULED = MeetingScheduled(contact_id=ANN, appointment=APPOINTMENT)
OUTCOME = Outcome(held_at=NOW - HOUR, attendees=("Ann Lee",), duration=1800, outcomes="Agreed")
LOGGED_WITH_IT = UUID("550e8400-e29b-41d4-a716-446655440009")
