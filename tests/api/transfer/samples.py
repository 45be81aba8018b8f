"""Ledgers full of anything the domain allows, made by chance."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.appointment import Appointment, Attendee
from domain.contact import Details
from domain.kinds import Direction, Kind, Sentiment
from domain.meeting import Outcome
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
from tests.domain.anything import addresses

LATEST = datetime(2025, 1, 1, tzinfo=UTC)

characters = st.characters(codec="utf-8", exclude_characters="\x00")
texts = st.text(characters, max_size=20)
words = st.text(characters, min_size=1, max_size=8).filter(str.strip)
seconds = st.integers(0, 100_000)
instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001  made aware by the strategy
    LATEST.replace(tzinfo=None),
    timezones=st.just(UTC),
)


def maybe(strategy):
    return st.none() | strategy


def made(model, **fields):
    # st.builds reads the signature, which has the published names, and would add fields by those.
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def several(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


@st.composite
def times(draw) -> When:
    at = draw(instants)
    lasts = draw(maybe(st.tuples(st.booleans(), seconds)))
    ends_at = duration = None
    if lasts is not None and lasts[0]:
        ends_at = at + timedelta(seconds=lasts[1], microseconds=draw(st.integers(0, 999_999)))
    elif lasts is not None:
        duration = lasts[1]
    return When(
        at=at,
        ends_at=ends_at,
        duration=duration,
        zone=draw(maybe(st.sampled_from(["Europe/Dublin", "UTC"]))),
        written=draw(maybe(words)),
        whole_day=draw(st.booleans()),
    )


records = made(
    Record,
    kind=st.sampled_from(Kind),
    word=words,
    when=times(),
    said=made(
        Said,
        subject=maybe(texts),
        description=maybe(texts),
        notes=maybe(texts),
        outcome=maybe(texts),
        topics=several(texts),
        sentiment=maybe(st.sampled_from(Sentiment)),
    ),
    place=made(Place, location=maybe(texts), medium=maybe(texts)),
    follow_up=made(
        FollowUp,
        needed=maybe(st.booleans()),
        notes=maybe(texts),
        action=maybe(texts),
        due=maybe(instants),
    ),
    rapport=made(
        Rapport,
        score=maybe(st.integers(1, 10)),
        non_verbal=maybe(texts),
        tactics=several(
            made(
                TacticUse,
                tactic_id=st.uuids(),
                effectiveness=maybe(st.integers(1, 5)),
                notes=maybe(texts),
            )
        ),
    ),
    service=made(
        Service,
        service_id=maybe(st.integers(1, 99)),
        answers=several(
            made(
                Answer,
                question_id=st.integers(1, 99),
                answer=maybe(
                    st.booleans()
                    | st.integers(-(2**53), 2**53)
                    | st.floats(allow_nan=False, allow_infinity=False)
                    | texts
                ),
            )
        ),
    ),
    people=made(
        People,
        lead=maybe(texts),
        participants=several(
            made(Participant, name=texts)
            | made(Participant, name=maybe(texts), email=maybe(texts), contact_id=maybe(st.uuids()))
        ),
    ),
    labels=made(Labels, tags=several(words), restricted=several(words)),
    mail=maybe(
        made(
            Mail,
            message_id=words,
            direction=st.sampled_from(Direction),
            thread_id=words,
            in_reply_to=maybe(words),
            date_source=st.sampled_from(["date", "received"]),
        )
    ),
)

details = made(
    Details,
    name=words,
    email=maybe(addresses),
    phone=maybe(texts),
    company=maybe(texts),
    title=maybe(texts),
    tags=several(words),
)


@st.composite
def _appointments(draw) -> Appointment:
    starts, lasts = draw(instants), draw(maybe(st.integers(1, 9)))
    whole_day = draw(st.booleans())
    if whole_day:
        starts = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    unit = timedelta(days=1) if whole_day else timedelta(minutes=7)
    return Appointment(
        scheduled_at=starts,
        ends_at=None if lasts is None else starts + lasts * unit,
        timezone=draw(maybe(st.sampled_from(["Europe/Dublin", "UTC"]))),
        whole_day=whole_day,
        location=draw(maybe(texts)),
        purpose=draw(maybe(texts)),
        agenda_items=draw(several(texts)),
        preparation_notes=draw(maybe(texts)),
        calendar_synced=draw(st.booleans()),
        attendees=draw(several(attendees)),
    )


attendees = made(Attendee, name=maybe(texts), address=maybe(texts), contact_id=maybe(st.uuids()))
appointments = _appointments()

outcomes = made(
    Outcome,
    held_at=instants,
    attendees=several(texts),
    duration=maybe(st.integers(1, 600).map(lambda minutes: minutes * 60)),
    topics_covered=several(texts),
    outcomes=maybe(texts),
    action_items=several(texts),
    next_steps=maybe(texts),
    relationship_impact=maybe(texts),
)
