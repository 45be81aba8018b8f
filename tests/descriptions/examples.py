"""The example of each type on the page: the golden event, or, where that one is there to hold
every oddity at once, one as it happens every day."""

import json
from datetime import timedelta
from typing import Any

from domain.appointment import Appointment, Attendee
from domain.event import Event
from domain.interaction import (
    EmailExchangeTracked,
    Interaction,
    InteractionLogged,
    InteractionPlanned,
)
from domain.kinds import Direction, Kind, Sentiment
from domain.meeting import MeetingScheduled
from domain.record import FollowUp, Labels, Mail, People, Place, Record, Said, When
from infrastructure.publishing.cloud_events import CloudEvent, cloud_event
from infrastructure.relay.contact_states import contact_state
from tests.infrastructure.log.golden_events import FULL
from tests.infrastructure.log.golden_values import AT, CONTACT, LATER
from tests.infrastructure.publishing.golden_steps import BASE_URL, step

CALL = Record(
    kind=Kind.CALL,
    word="byPhone",
    when=When(at=AT, duration=1800),
    said=Said(notes="Wants a quote for two seats", topics=("price",), sentiment=Sentiment.POSITIVE),
    follow_up=FollowUp(needed=True, action="Send the quote", due=LATER + timedelta(days=2)),
    labels=Labels(tags=("vip",)),
)
TRAINING = Record(
    kind=Kind.TRAINING,
    word="Training",
    when=When(at=AT, zone="Europe/Berlin", ends_at=LATER),
    said=Said(subject="Induction"),
    place=Place(location="Room 3"),
    people=People(lead="Jane Doe"),
)
MAIL = Record(
    kind=Kind.EMAIL,
    word="email",
    when=When(at=AT),
    said=Said(subject="Re: Quote", description="Two seats, please."),
    mail=Mail(
        message_id="<2@example.com>",
        direction=Direction.INCOMING,
        thread_id="<1@example.com>",
        in_reply_to="<1@example.com>",
    ),
)
LOGGED = InteractionLogged(number=1, contact_id=CONTACT, record=CALL)
(AMENDED,) = Interaction.evolve(None, LOGGED).amend(
    CALL.model_copy(
        update={"said": CALL.said.model_copy(update={"notes": None, "outcome": "Quote sent"})}
    ),
    LATER,
)
REVIEW = Appointment(
    scheduled_at=AT,
    ends_at=AT + timedelta(hours=1),
    timezone="Europe/Berlin",
    location="Room 3",
    purpose="Kick-off",
    agenda_items=("Scope", "Dates"),
    attendees=(
        Attendee(name="Bo Li", address="bo@example.com"),
        Attendee(name="Ann Lee", address="ann@example.com", contact_id=CONTACT),
    ),
)
RESTRICTED = CALL.model_copy(update={"labels": Labels(restricted=("immigration",))})

EVERY_DAY: tuple[Event, ...] = (
    LOGGED,
    InteractionPlanned(number=2, record=TRAINING),
    EmailExchangeTracked(number=3, contact_id=CONTACT, record=MAIL),
    AMENDED,
    MeetingScheduled(contact_id=CONTACT, appointment=REVIEW),
)
EXAMPLES = {event.type: event for event in (*FULL, *EVERY_DAY)}


def whole(event: Event, *, hidden: bool = False) -> CloudEvent:
    return cloud_event(step(event).recorded, hidden=hidden, base_url=BASE_URL)


def data(event: Event, *, hidden: bool = False) -> Any:
    return json.loads(whole(event, hidden=hidden).data)


def redacted() -> Any:
    return data(LOGGED.model_copy(update={"record": RESTRICTED}), hidden=True)


def contact() -> Any:
    """A contact's state, as the compacted topic has it."""
    added = step(EXAMPLES["kith.contact.added.v1"])
    return json.loads(contact_state(added.after).model_dump_json(exclude_none=True))
