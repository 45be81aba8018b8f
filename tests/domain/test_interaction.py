"""Logging, planning, amending and deleting an interaction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from domain.errors import Invalid, NotFound
from domain.event import Changed
from domain.interaction import (
    LONGEST,
    EmailExchangeTracked,
    Interaction,
    InteractionAmended,
    InteractionDeleted,
    InteractionLogged,
    InteractionPlanned,
)
from domain.kinds import Direction, Kind, Sentiment
from domain.record import FollowUp, Mail, Record, Said, When
from tests.domain.given import fold, given
from tests.domain.samples import ADDED, ANN, CALL, DAY, HOUR, LOGGED, NOW, PLANNED, record

MOMENT = timedelta(microseconds=1)
SOON = record(NOW + DAY)


def logged(what: Record, *, may_plan: bool = False):
    return lambda _: Interaction.log(1, ANN, what, NOW, may_plan=may_plan)


def amended(what: Record, *, now: datetime = NOW, may_plan: bool = False):
    return lambda interaction: interaction.amend(what, now, may_plan=may_plan)


# The date is not in the future (the tracking document)


@pytest.mark.parametrize("at", [NOW - 365 * DAY, NOW - MOMENT, NOW])
def test_an_interaction_up_to_now_can_be_logged(at: datetime):
    given().when(logged(record(at))).then(
        InteractionLogged(number=1, contact_id=ANN, record=record(at))
    )


@pytest.mark.parametrize("at", [NOW + MOMENT, NOW + DAY])
def test_an_interaction_cant_be_dated_in_the_future(at: datetime):
    given().when(logged(record(at))).refuses(Invalid, code="date_in_future", field="when.at")


def test_an_instant_is_compared_as_an_instant_whatever_its_offset():
    plus_three = timezone(3 * HOUR)
    wall_clock = (NOW + 2 * HOUR).replace(tzinfo=plus_three)  # later to the eye, an hour ago
    given().when(logged(record(wall_clock))).then(
        InteractionLogged(number=1, contact_id=ANN, record=record(NOW - HOUR))
    )
    minus_three = (NOW - 2 * HOUR).replace(tzinfo=timezone(-3 * HOUR))  # earlier, an hour ahead
    given().when(logged(record(minus_three))).refuses(Invalid, code="date_in_future")


def test_an_instant_is_kept_in_utc():
    kept = When(at=datetime(2024, 1, 1, 1, 0, tzinfo=timezone(2 * HOUR)))
    assert kept.at == datetime(2023, 12, 31, 23, 0, tzinfo=UTC)
    assert kept.at.utcoffset() == timedelta(0)


def test_an_instant_without_an_offset_or_outside_of_time_is_no_instant():
    with pytest.raises(ValidationError):
        When(at=datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValidationError):
        When(at=datetime(1, 1, 1, tzinfo=timezone(HOUR)))


@pytest.mark.parametrize(
    ("now", "last_today"),
    [
        (datetime(2024, 1, 10, 0, 0, tzinfo=UTC), 10),
        (datetime(2024, 1, 10, 9, 59, 59, 999999, tzinfo=UTC), 10),
        (datetime(2024, 1, 10, 10, 0, tzinfo=UTC), 11),  # in Kiritimati, UTC+14, it is the 11th
        (datetime(2024, 1, 10, 23, 59, tzinfo=UTC), 11),
        (datetime(2024, 1, 10, 5, 0, tzinfo=timezone(-5 * HOUR)), 11),  # 10:00 in UTC
    ],
)
def test_a_whole_day_is_in_the_future_only_after_today_everywhere_on_earth(
    now: datetime, last_today: int
):
    def day(number: int) -> Record:
        at = datetime(2024, 1, number, tzinfo=UTC)
        return Record(kind=Kind.NOTE, when=When(at=at, whole_day=True))

    given().when(lambda _: Interaction.log(1, None, day(last_today), now)).then(
        InteractionLogged(number=1, record=day(last_today))
    )
    given().when(lambda _: Interaction.log(1, None, day(last_today + 1), now)).refuses(
        Invalid, code="date_in_future"
    )


# What may be planned (the sites document)


def test_a_future_interaction_is_planned_where_the_contract_has_plans():
    given().when(logged(SOON, may_plan=True)).then(
        InteractionPlanned(number=1, contact_id=ANN, record=SOON)
    )


def test_a_past_interaction_is_logged_where_the_contract_has_plans():
    given().when(logged(CALL, may_plan=True)).then(
        InteractionLogged(number=1, contact_id=ANN, record=CALL)
    )


# How long it took


@pytest.mark.parametrize("before", [MOMENT, timedelta(milliseconds=500), HOUR])
def test_an_interaction_cant_end_before_it_starts(before: timedelta):
    at = NOW - DAY
    backwards = Record(kind=Kind.CALL, when=When(at=at, ends_at=at - before))
    given().when(logged(backwards)).refuses(Invalid, code="ends_before_start", field="when.end")


@pytest.mark.parametrize("lasting", [timedelta(0), MOMENT, HOUR])
def test_an_interaction_may_end_when_it_starts_or_later(lasting: timedelta):
    at = NOW - DAY
    forwards = Record(kind=Kind.CALL, when=When(at=at, ends_at=at + lasting))
    given().when(logged(forwards)).then(
        InteractionLogged(number=1, contact_id=ANN, record=forwards)
    )


def test_an_interaction_takes_no_longer_than_any_calendar():
    def lasting(seconds: int) -> Record:
        return CALL.model_copy(update={"when": When(at=NOW - DAY, duration=seconds)})

    longest = InteractionLogged(number=1, contact_id=ANN, record=lasting(LONGEST))
    given().when(logged(lasting(LONGEST))).then(longest)
    for history, decision in (((), logged), ((LOGGED,), amended)):
        given(*history).when(decision(lasting(LONGEST + 1))).refuses(
            Invalid, code="duration_out_of_range", field="when.duration"
        )


def test_a_negative_duration_is_no_duration():
    with pytest.raises(ValidationError):
        When(at=NOW, duration=-1)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(None, None), (0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (1800, 30)],
)
def test_minutes_are_rounded_half_up(seconds: int | None, minutes: int | None):
    assert When(at=NOW, duration=seconds).minutes == minutes


def test_the_end_says_how_long_it_took_and_how_long_it_took_says_the_end():
    assert When(at=NOW, ends_at=NOW + HOUR).seconds == 3600
    assert When(at=NOW, duration=3600).end == NOW + HOUR
    assert When(at=NOW).end is None


# Amending


def test_an_amendment_tells_each_changed_field_by_its_path_with_old_and_new():
    better = CALL.model_copy(
        update={
            "said": CALL.said.model_copy(
                update={"notes": "Wants two", "sentiment": Sentiment.POSITIVE, "topics": ("price",)}
            ),
            "when": When(at=NOW - 2 * HOUR),
        }
    )
    amendment = InteractionAmended(
        contact_id=ANN,
        changes={
            "when.at": Changed(old="2024-01-10T13:30:00Z", new="2024-01-10T12:30:00Z"),
            "said.notes": Changed(old="Wants a quote", new="Wants two"),
            "said.topics": Changed(old=["price", "dates"], new=["price"]),
            "said.sentiment": Changed(old=None, new="positive"),
        },
    )
    given(LOGGED).when(amended(better)).then(amendment)
    assert fold(None, [LOGGED, amendment]).record == better


def test_paths_and_values_carry_the_published_names():
    mail = Mail(message_id="<1@x>", direction=Direction.INCOMING, thread_id="<0@x>")
    more = CALL.model_copy(update={"mail": mail, "follow_up": FollowUp(due=NOW)})
    (event,) = fold(None, [LOGGED]).amend(more, NOW)
    assert set(event.changes) == {"mail", "followUp.due"}
    assert set(event.changes["mail"].new) == {
        "messageId",
        "direction",
        "threadId",
        "inReplyTo",
        "dateSource",
    }


def test_a_cleared_field_is_null_from_then_on():
    cleared = CALL.model_copy(update={"said": Said()})
    amendment = InteractionAmended(
        contact_id=ANN,
        changes={
            "said.notes": Changed(old="Wants a quote", new=None),
            "said.topics": Changed(old=["price", "dates"], new=[]),
        },
    )
    given(LOGGED).when(amended(cleared)).then(amendment)
    assert fold(None, [LOGGED, amendment]).record == cleared


def test_an_amendment_that_amends_nothing_is_none():
    given(LOGGED).when(amended(CALL)).then()
    given(LOGGED).when(amended(CALL.model_copy(deep=True))).then()


def test_an_interaction_cant_be_moved_into_the_future():
    given(LOGGED).when(amended(SOON)).refuses(Invalid, code="date_in_future")


def test_a_plan_stays_one_when_something_else_is_amended():
    louder = PLANNED.record.model_copy(update={"said": Said(notes="Bring the plans")})
    given(PLANNED).when(amended(louder)).then(
        InteractionAmended(
            contact_id=ANN, changes={"said.notes": Changed(old=None, new="Bring the plans")}
        )
    )


def test_a_plan_can_be_moved_where_plans_are_known_and_only_there():
    later = PLANNED.record.model_copy(update={"when": When(at=NOW + 2 * DAY)})
    moved = InteractionAmended(
        contact_id=ANN,
        changes={"when.at": Changed(old="2024-01-11T14:30:00Z", new="2024-01-12T14:30:00Z")},
    )
    given(PLANNED).when(amended(later, may_plan=True)).then(moved)
    given(PLANNED).when(amended(later)).refuses(Invalid, code="date_in_future")


def test_amending_cant_make_it_end_before_it_starts():
    backwards = CALL.model_copy(
        update={"when": CALL.when.model_copy(update={"ends_at": CALL.when.at - MOMENT})}
    )
    given(LOGGED).when(amended(backwards)).refuses(Invalid, code="ends_before_start")


# Deleting


def test_deleting_is_a_fact_once():
    deleted = InteractionDeleted(contact_id=ANN)
    given(LOGGED).when(Interaction.delete).then(deleted)
    given(LOGGED, deleted).when(Interaction.delete).then()


def test_a_deleted_interaction_cant_be_amended():
    given(LOGGED, InteractionDeleted(contact_id=ANN)).when(amended(CALL)).refuses(
        NotFound, "Interaction not found"
    )


# Mail


def mail_from(at: datetime) -> Record:
    mail = Mail(message_id="<1@x>", direction=Direction.INCOMING, thread_id="<1@x>")
    return Record(kind=Kind.EMAIL, when=When(at=at), mail=mail)


def track(at: datetime):
    return lambda _: Interaction.track(3, ANN, mail_from(at), NOW)


def test_a_mail_is_taken_over_with_its_record():
    tracked = EmailExchangeTracked(number=3, contact_id=ANN, record=mail_from(NOW - DAY))
    given().when(track(NOW - DAY)).then(tracked)


def test_a_mail_dated_in_the_future_needs_another_date_first():
    given().when(track(NOW + DAY)).refuses(Invalid, code="date_in_future")


def test_an_event_of_something_else_is_no_event_of_an_interaction():
    with pytest.raises(TypeError, match="no event of an interaction"):
        Interaction.evolve(fold(None, [LOGGED]), ADDED)
