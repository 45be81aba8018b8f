"""Values of the golden events: ids, instants, envelopes, and a record with every field."""

from datetime import UTC, datetime
from uuid import UUID

from application.envelope import Actor, Envelope
from domain.kinds import Direction, Kind, Sentiment
from domain.record import (
    Answer,
    FollowUp,
    Labels,
    Mail,
    Participant,
    People,
    Place,
    Rapport,
    Record,
    Said,
    Service,
    TacticUse,
    When,
)

AT = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)
LATER = datetime(2024, 1, 10, 15, 15, 30, 250000, tzinfo=UTC)
CONTACT = UUID("550e8400-e29b-41d4-a716-446655440001")
INTERACTION = UUID("550e8400-e29b-41d4-a716-446655440002")
TACTIC = UUID("550e8400-e29b-41d4-a716-446655440003")
ADDRESS = UUID("550e8400-e29b-41d4-a716-446655440004")
SECRET = UUID("550e8400-e29b-41d4-a716-446655440005")
DELIVERY = UUID("550e8400-e29b-41d4-a716-446655440006")
ACCOUNT = UUID("550e8400-e29b-41d4-a716-44665544000a")
CREDENTIALS = UUID("550e8400-e29b-41d4-a716-446655440007")
CALENDAR = UUID("550e8400-e29b-41d4-a716-446655440008")
OTHER_CALENDAR = UUID("550e8400-e29b-41d4-a716-446655440009")

ENVELOPE = Envelope(
    id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    time=datetime(2024, 1, 10, 16, 0, 0, 123456, tzinfo=UTC),
    actor=Actor(
        id="5",
        name='Jöhn "J" Smith 🙂',
        given_name="Jöhn",
        family_name="Smith",
        number=5,
        permissions=("edit_contacts", "view_contacts"),
    ),
    contract="tracking",
    correlation="req-1",
    causation=UUID("01890a5d-ac96-774b-bcce-b302099a8056"),
    key='6f1c\\"',
)
BARE_ENVELOPE = Envelope(
    id=UUID("01890a5d-ac96-774b-bcce-b302099a8058"),
    time=datetime(2024, 1, 10, 16, 0, tzinfo=UTC),
    actor=Actor(id="import", name="import"),
    contract="cli",
    correlation="",
)

RECORD = Record(
    kind=Kind.CONSULTATION,
    word="inPerson",
    when=When(
        at=AT,
        zone="Europe/Berlin",
        ends_at=LATER,
        duration=2730,
        written="2024-01-10T15:30:00+01:00",
        whole_day=True,
    ),
    said=Said(
        subject="Übersicht",
        description="line\nbreak\ttab",
        notes="\u0001\u2028 </script> 🙂",
        outcome="Agreed",
        topics=("price", ""),
        sentiment=Sentiment.POSITIVE,
    ),
    place=Place(location="CUOffice", medium="video"),
    follow_up=FollowUp(needed=True, notes="soon", action="Send the quote", due=LATER),
    rapport=Rapport(
        score=9,
        non_verbal="nods",
        tactics=(
            TacticUse(tactic_id=TACTIC, effectiveness=4, notes="worked"),
            TacticUse(tactic_id=TACTIC),
        ),
    ),
    service=Service(
        service_id=7,
        answers=(
            Answer(question_id=123, answer=6),
            Answer(question_id=124, answer=6.5),
            Answer(question_id=125, answer=True),
            Answer(question_id=126, answer="2019-05-06"),
            Answer(question_id=127, answer=None),
            Answer(question_id=2**63 - 1, answer=-(2**63)),
        ),
    ),
    people=People(
        lead="Jane",
        participants=(
            Participant(name="Ann", email="ann@example.com", contact_id=CONTACT),
            Participant(),
        ),
    ),
    labels=Labels(tags=("vip",), restricted=("immigration",)),
    mail=Mail(
        message_id="<2@example.com>",
        direction=Direction.INCOMING,
        thread_id="<1@example.com>",
        in_reply_to="<1@example.com>",
        date_source="received",
    ),
)
BARE_RECORD = Record(kind=Kind.NOTE, when=When(at=AT))
