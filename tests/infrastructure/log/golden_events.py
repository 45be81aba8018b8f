"""One full event of every type, a bare one where fields may be left out, and one with more where
its values have got fields since.

`python -m tests.infrastructure.log.golden_events` writes the files that are missing. It
never writes over one: what has been stored stays readable for ever, so a golden file is changed by
nobody. When an event's form changes, its type gets a new version, with a file of its own.
"""

from pathlib import Path

from application.envelope import Envelope
from domain.account import (
    Access,
    AccountCalendarsChosen,
    AccountConnected,
    AccountReauthorised,
    AccountRemoved,
    AccountResumed,
    AccountRulesChanged,
    AccountSuspended,
    ChosenCalendar,
    Rules,
    Suspension,
)
from domain.appointment import Appointment, Attendee, Source
from domain.contact import (
    ContactAdded,
    ContactDetailsChanged,
    ContactReactivated,
    ContactRemoved,
    ContactRestored,
    ContactStatusChanged,
    Details,
)
from domain.event import Changed, Event
from domain.interaction import (
    EmailExchangeTracked,
    InteractionAmended,
    InteractionDeleted,
    InteractionLogged,
    InteractionPlanned,
)
from domain.meeting import (
    MeetingCancelled,
    MeetingCompleted,
    MeetingMissed,
    MeetingReinstated,
    MeetingRescheduled,
    MeetingScheduled,
    Outcome,
)
from domain.relationship import LifecycleStage, RelationshipStatus
from domain.service import (
    Offer,
    Program,
    Question,
    QuestionType,
    ServiceAdded,
    ServiceChanged,
    ServiceHidden,
    ServiceShown,
)
from domain.tactic import (
    Discipline,
    Guidance,
    TacticAdded,
    TacticChanged,
    TacticHidden,
    TacticShown,
)
from domain.webhook import (
    Reason,
    Subscription,
    WebhookAdded,
    WebhookChanged,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
    WebhookSecretRotated,
)
from infrastructure.log.codec import encode, encode_data
from tests.infrastructure.log.golden_values import (
    ACCOUNT,
    ADDRESS,
    AT,
    BARE_ENVELOPE,
    BARE_RECORD,
    CALENDAR,
    CONTACT,
    CREDENTIALS,
    DELIVERY,
    ENVELOPE,
    INTERACTION,
    LATER,
    OTHER_CALENDAR,
    RECORD,
    SECRET,
    TACTIC,
)

GOLDEN = Path(__file__).parent / "golden"

CHANGES = {
    "said.notes": Changed(old="one", new=None),
    "said.topics": Changed(old=[], new=["price"]),
    "people.participants": Changed(
        old=[{"name": "Ann", "email": None, "contactId": str(CONTACT)}], new=[]
    ),
    "rapport.score": Changed(old=None, new=9),
    "mail": Changed(old=None, new={"messageId": "<2@example.com>", "inReplyTo": None}),
}

FULL: tuple[Event, ...] = (
    ContactAdded(
        number=7,
        details=Details(
            name="Ann Lee",
            email="ann@example.com",
            phone="+49 30 1",
            company="Lee & Sons",
            title="Dr",
            tags=("vip", "Zürich"),
        ),
        owner_id="5",
    ),
    ContactDetailsChanged(changes={"email": Changed(old="ann@example.com", new=None)}),
    ContactStatusChanged(
        old_status=RelationshipStatus.PROSPECT,
        new_status=RelationshipStatus.QUALIFIED_LEAD,
        old_stage=LifecycleStage.AWARENESS,
        new_stage=LifecycleStage.INTEREST,
        reason="Has a budget",
        notes="Ask Bo",
    ),
    ContactReactivated(
        old_status=RelationshipStatus.PAST_CLIENT,
        new_status=RelationshipStatus.ACTIVE_CLIENT,
        old_stage=LifecycleStage.RETENTION,
        new_stage=LifecycleStage.CUSTOMER,
        reason="Came back",
        notes="At the fair",
    ),
    ContactRemoved(),
    ContactRestored(),
    InteractionLogged(number=1, contact_id=CONTACT, record=RECORD),
    InteractionPlanned(number=2, contact_id=CONTACT, record=RECORD),
    EmailExchangeTracked(number=3, contact_id=CONTACT, record=RECORD),
    InteractionAmended(contact_id=CONTACT, changes=CHANGES),
    InteractionDeleted(contact_id=CONTACT),
    MeetingScheduled(
        contact_id=CONTACT,
        appointment=Appointment(
            scheduled_at=AT,
            location="Room 3",
            purpose="Kick-off",
            agenda_items=("Scope", "Dates"),
            preparation_notes="Bring the plans",
            calendar_synced=True,
        ),
    ),
    MeetingRescheduled(
        contact_id=CONTACT,
        changes={
            "scheduledAt": Changed(old="2024-01-10T14:30:00Z", new="2024-01-11T14:30:00Z"),
            "agendaItems": Changed(old=["Scope"], new=[]),
        },
    ),
    MeetingCancelled(contact_id=CONTACT, reason="Snow"),
    MeetingReinstated(contact_id=CONTACT),
    MeetingMissed(contact_id=CONTACT, reason="Nobody came"),
    ServiceAdded(
        number=12,
        offer=Offer(
            name="Visa advice",
            description="Step by step",
            program=Program(id=3, name="Immigration"),
            active=False,
            questions=(
                Question(id=1, type=QuestionType.SELECT, label="Which?", options=("A", "B")),
                Question(id=2, type=QuestionType.NUMBER, label="How many?"),
            ),
        ),
    ),
    ServiceChanged(
        changes={
            "description": Changed(old="Step by step", new=None),
            "questions": Changed(
                old=[], new=[{"id": 2, "type": "number", "label": "How many?", "options": []}]
            ),
        }
    ),
    ServiceHidden(number=12),
    ServiceShown(number=12),
    TacticAdded(
        tactic_id=TACTIC,
        guidance=Guidance(
            name="Mirroring",
            domain=Discipline.COMMUNICATION_STUDIES,
            description="Take up their words",
            evidence="Several studies",
        ),
    ),
    TacticChanged(tactic_id=TACTIC, changes={"evidence": Changed(old="Several", new=None)}),
    TacticHidden(tactic_id=TACTIC),
    TacticShown(tactic_id=TACTIC),
    WebhookAdded(
        subscription=Subscription(
            origin="https://hooks.example.com",
            address=ADDRESS,
            types=("kith.interaction.logged.v1", "kith.contact.added.v1"),
            description="To the warehouse",
        ),
        secret=SECRET,
    ),
    WebhookChanged(
        changes={
            "types": Changed(old=["kith.contact.added.v1"], new=[]),
            "description": Changed(old="To the warehouse", new=None),
        }
    ),
    WebhookSecretRotated(secret=SECRET, former_until=LATER),
    WebhookDisabled(reason=Reason.GONE),
    WebhookEnabled(),
    WebhookReplayRequested(after=4710, delivery=DELIVERY),
    WebhookRemoved(),
    AccountConnected(
        service="caldav",
        user="5",
        access=Access(
            origin="https://dav.example.com", address="ann@example.com", secrets=CREDENTIALS
        ),
        rules=Rules(name="Work"),
    ),
    AccountCalendarsChosen(
        calendars=(
            ChosenCalendar(id=CALENDAR, read=True, write=True),
            ChosenCalendar(id=OTHER_CALENDAR, read=True, write=False),
        )
    ),
    AccountRulesChanged(changes={"name": Changed(old="Work", new=None)}),
    AccountReauthorised(
        access=Access(
            origin="https://dav.example.com", address="ann@example.com", secrets=CREDENTIALS
        )
    ),
    AccountSuspended(reason=Suspension.CREDENTIALS),
    AccountResumed(),
    AccountRemoved(),
    MeetingCompleted(
        contact_id=CONTACT,
        interaction_id=INTERACTION,
        outcome=Outcome(
            held_at=LATER,
            attendees=("Ann Lee",),
            duration=1800,
            topics_covered=("Scope",),
            outcomes="Agreed",
            action_items=("Send the quote",),
            next_steps="Sign",
            relationship_impact="closer",
        ),
    ),
)

BARE: tuple[Event, ...] = (
    ContactAdded(number=8, details=Details(name="B"), owner_id="import"),
    ContactStatusChanged(
        old_status=RelationshipStatus.PROSPECT,
        new_status=RelationshipStatus.INACTIVE,
        old_stage=LifecycleStage.AWARENESS,
        new_stage=LifecycleStage.AWARENESS,
    ),
    InteractionLogged(number=4, record=BARE_RECORD),
    InteractionPlanned(number=5, record=BARE_RECORD),
    EmailExchangeTracked(number=6, record=BARE_RECORD),
    InteractionDeleted(),
    WebhookAdded(
        subscription=Subscription(origin="https://hooks.example.com:8443", address=ADDRESS),
        secret=SECRET,
    ),
    WebhookReplayRequested(after=0),
    AccountConnected(
        service="ics",
        user="5",
        access=Access(origin="https://cal.example.com:8443", secrets=CREDENTIALS),
        rules=Rules(),
    ),
    AccountCalendarsChosen(calendars=()),
    MeetingScheduled(contact_id=CONTACT, appointment=Appointment(scheduled_at=AT)),
    MeetingCancelled(contact_id=CONTACT),
    MeetingMissed(contact_id=CONTACT),
    MeetingCompleted(
        contact_id=CONTACT, interaction_id=INTERACTION, outcome=Outcome(held_at=LATER)
    ),
)

MORE: tuple[Event, ...] = (
    MeetingScheduled(
        contact_id=CONTACT,
        appointment=Appointment(
            scheduled_at=AT,
            ends_at=LATER,
            timezone="Europe/Berlin",
            whole_day=True,
            attendees=(
                Attendee(name="Ann", address="Ann@Example.com", contact_id=CONTACT),
                Attendee(address="bo@example.com"),
            ),
            source=Source(kind="calendar", account=ACCOUNT),
        ),
    ),
    MeetingRescheduled(
        contact_id=CONTACT,
        changes={
            "endsAt": Changed(old=None, new="2024-01-10T15:15:30.250000Z"),
            "wholeDay": Changed(old=True, new=False),
            "attendees": Changed(
                old=[{"name": "Ann", "address": None, "contactId": str(CONTACT)}], new=[]
            ),
        },
    ),
)

WRITTEN_NOW = {f"{event.type}.json": (event, ENVELOPE) for event in FULL} | {
    f"{event.type}.bare.json": (event, BARE_ENVELOPE) for event in BARE
}
WRITTEN_NOW |= {f"{event.type}.more.json": (event, ENVELOPE) for event in MORE}
"""By file: the event and envelope that are stored as its bytes today."""


def stored(event: Event, envelope: Envelope) -> bytes:
    return encode(envelope, encode_data(event)).encode()


def topic_of(file: str) -> str:
    return file.removesuffix(".json").removesuffix(".bare").removesuffix(".more")


def write_missing() -> list[str]:
    """Write the files that aren't there yet; their names."""
    missing = [name for name in WRITTEN_NOW if not (GOLDEN / name).exists()]
    for name in missing:
        (GOLDEN / name).write_bytes(stored(*WRITTEN_NOW[name]))
    return missing


if __name__ == "__main__":
    write_missing()
