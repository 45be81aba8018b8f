"""Anything a caller may put into a contact, an interaction or a meeting, for property tests."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from domain.appointment import Appointment, Attendee, Source
from domain.contact import Details
from domain.event import Value
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
from tests.domain.samples import NOW

texts = st.text(max_size=12)
maybe_text = st.none() | texts
words = st.text(min_size=1, max_size=8)
addresses = st.from_regex(r"[a-zA-Z0-9é.+-]{1,9}@[a-zA-Zäß0-9]{1,9}\.example", fullmatch=True)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
past = st.datetimes(datetime(1970, 1, 2), datetime(2024, 1, 9), timezones=offsets)  # noqa: DTZ001
past |= st.just(NOW)
future = st.datetimes(datetime(2024, 1, 12), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
sixty_four_bits = st.integers(-(2**63), 2**63 - 1)


def some(items, most: int = 3):
    return st.lists(items, max_size=most).map(tuple)


def made(value: type[Value], **parts: st.SearchStrategy):
    """Not `st.builds`, which would ask for the published name of every required field as well."""
    return st.fixed_dictionaries(parts).map(lambda given: value(**given))


details = made(
    Details,
    name=words,
    email=st.none() | addresses,
    phone=maybe_text,
    company=maybe_text,
    title=maybe_text,
    tags=some(words),
)


@st.composite
def whens(draw, at=past) -> When:
    starts = draw(at)
    ends = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=9)))
    return When(
        at=starts,
        zone=draw(st.none() | st.just("Europe/Berlin")),
        ends_at=None if ends is None else starts + ends,
        duration=draw(st.none() | st.integers(0, 2**40)),
        written=draw(maybe_text),
        whole_day=draw(st.booleans()),
    )


answers = made(
    Answer,
    question_id=sixty_four_bits,
    answer=st.none()
    | st.booleans()
    | sixty_four_bits
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
)
saids = made(
    Said,
    subject=maybe_text,
    description=maybe_text,
    notes=maybe_text,
    outcome=maybe_text,
    topics=some(texts),
    sentiment=st.none() | st.sampled_from(Sentiment),
)
rapports = made(
    Rapport,
    score=st.none() | st.integers(1, 10),
    non_verbal=maybe_text,
    tactics=some(
        made(
            TacticUse,
            tactic_id=st.uuids(),
            effectiveness=st.none() | st.integers(1, 5),
            notes=maybe_text,
        )
    ),
)
mails = made(
    Mail,
    message_id=words,
    direction=st.sampled_from(Direction),
    thread_id=words,
    in_reply_to=maybe_text,
)
participants = made(
    Participant, name=maybe_text, email=maybe_text, contact_id=st.none() | st.uuids()
)


def records(at=past):
    return made(
        Record,
        kind=st.sampled_from(Kind),
        word=st.none() | words,
        when=whens(at),
        said=saids,
        place=made(Place, location=maybe_text, medium=maybe_text),
        follow_up=made(
            FollowUp,
            needed=st.none() | st.booleans(),
            notes=maybe_text,
            action=maybe_text,
            due=st.none() | past,
        ),
        rapport=rapports,
        service=made(Service, service_id=st.none() | sixty_four_bits, answers=some(answers)),
        people=made(People, lead=maybe_text, participants=some(participants)),
        labels=made(Labels, tags=some(words), restricted=some(words)),
        mail=st.none() | mails,
    )


sources = made(Source, kind=st.just("calendar"), account=st.uuids())
attendees = made(
    Attendee, name=maybe_text, address=st.none() | addresses, contact_id=st.none() | st.uuids()
)


@st.composite
def _appointments(draw) -> Appointment:
    starts, lasts = draw(past | future), draw(st.none() | st.integers(1, 9))
    whole_day = draw(st.booleans())
    if whole_day:
        starts = starts.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    unit = timedelta(days=1) if whole_day else timedelta(minutes=7)
    return Appointment(
        scheduled_at=starts,
        ends_at=None if lasts is None else starts + lasts * unit,
        timezone=draw(st.none() | st.just("Europe/Berlin")),
        whole_day=whole_day,
        location=draw(maybe_text),
        purpose=draw(maybe_text),
        agenda_items=draw(some(texts)),
        preparation_notes=draw(maybe_text),
        calendar_synced=draw(st.booleans()),
        attendees=draw(some(attendees)),
        source=draw(st.none() | sources),
    )


appointments = _appointments()
outcomes = made(
    Outcome,
    held_at=past,
    attendees=some(texts),
    duration=st.none() | st.integers(1, 10**6),
    topics_covered=some(texts),
    outcomes=maybe_text,
    action_items=some(texts),
    next_steps=maybe_text,
    relationship_impact=maybe_text,
)
