"""The decisions about a meeting: every status against every decision."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.appointment import MOST_ATTENDEES, Appointment, Attendee
from domain.errors import Conflict, Invalid
from domain.event import Changed, Event
from domain.meeting import (
    Meeting,
    MeetingCancelled,
    MeetingCompleted,
    MeetingMissed,
    MeetingReinstated,
    MeetingRescheduled,
    MeetingScheduled,
    Outcome,
)
from tests.domain.given import fold, given
from tests.domain.samples import (
    ADDED,
    ANN,
    APPOINTMENT,
    DAY,
    HOUR,
    LOGGED_WITH_IT,
    NOW,
    OUTCOME,
    SCHEDULED,
)

LATER = APPOINTMENT.model_copy(update={"scheduled_at": NOW + 2 * DAY, "location": None})
RESCHEDULED = MeetingRescheduled(
    contact_id=ANN,
    changes={
        "scheduledAt": Changed(old="2024-01-11T14:30:00Z", new="2024-01-12T14:30:00Z"),
        "location": Changed(old="Room 3", new=None),
    },
)
CANCELLED = MeetingCancelled(contact_id=ANN, reason="Snow")
MISSED = MeetingMissed(contact_id=ANN, reason="Nobody came")
REINSTATED = MeetingReinstated(contact_id=ANN)
COMPLETED = MeetingCompleted(contact_id=ANN, interaction_id=LOGGED_WITH_IT, outcome=OUTCOME)

ENDED: dict[str, Event] = {"cancelled": CANCELLED, "missed": MISSED, "completed": COMPLETED}


def completed(outcome: Outcome):
    return lambda meeting: meeting.complete(outcome, LOGGED_WITH_IT, NOW)


DECISIONS = {
    "rescheduled": (lambda meeting: meeting.reschedule(LATER), RESCHEDULED),
    "cancelled": (lambda meeting: meeting.cancel("Snow"), CANCELLED),
    "marked as missed": (lambda meeting: meeting.miss("Nobody came"), MISSED),
    "completed": (completed(OUTCOME), COMPLETED),
}
SAME = {"cancelled": "cancelled", "missed": "marked as missed", "completed": "completed"}


def test_a_meeting_is_scheduled_with_a_contact():
    assert Meeting.schedule(ANN, APPOINTMENT) == [
        MeetingScheduled(contact_id=ANN, appointment=APPOINTMENT)
    ]


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_scheduled_meeting_can_be(decision: str):
    decide, event = DECISIONS[decision]
    given(SCHEDULED).when(decide).then(event)


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_meeting_ends_once(ended: str, decision: str):
    decide, _ = DECISIONS[decision]
    again = given(SCHEDULED, ENDED[ended]).when(decide)
    if SAME[ended] == decision:
        again.then()
    else:
        again.refuses(
            Conflict,
            f"The meeting was {ended} and can't be {decision}",
            code=f"meeting_{ended}",
        )


def test_a_cancelled_meeting_is_reinstated_as_it_was():
    given(SCHEDULED, CANCELLED).when(Meeting.reinstate).then(REINSTATED)
    assert fold(None, [SCHEDULED, CANCELLED, REINSTATED]) == fold(None, [SCHEDULED])
    given(SCHEDULED, CANCELLED, REINSTATED).when(lambda meeting: meeting.cancel("Snow")).then(
        CANCELLED
    )


def test_reinstating_a_meeting_that_is_scheduled_changes_nothing():
    given(SCHEDULED).when(Meeting.reinstate).then()


@pytest.mark.parametrize("ended", ["missed", "completed"])
def test_a_meeting_that_took_place_or_was_missed_cant_be_reinstated(ended: str):
    given(SCHEDULED, ENDED[ended]).when(Meeting.reinstate).refuses(
        Conflict, f"The meeting was {ended} and can't be reinstated", code=f"meeting_{ended}"
    )


MIDNIGHT = NOW.replace(hour=0, minute=0)
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "end_not_after_start": ("ends_at", {"ends_at": APPOINTMENT.scheduled_at}),
    "not_a_date": ("scheduled_at", {"whole_day": True}),
    "too_many_attendees": (
        "attendees",
        {"attendees": tuple(Attendee(name=str(n)) for n in range(MOST_ATTENDEES + 1))},
    ),
}


@pytest.mark.parametrize("code", WRONG)
def test_an_appointment_that_cant_be_held_is_refused(code: str):
    field, changes = WRONG[code]
    wrong = APPOINTMENT.model_copy(update=changes)
    with pytest.raises(Invalid) as refused:
        Meeting.schedule(ANN, wrong)
    assert (refused.value.code, refused.value.field) == (code, f"appointment.{field}")
    given(SCHEDULED).when(lambda meeting: meeting.reschedule(wrong)).refuses(Invalid, code=code)


def test_whole_days_begin_and_end_with_dates():
    days = Appointment(scheduled_at=MIDNIGHT, ends_at=MIDNIGHT + 2 * DAY, whole_day=True)
    assert Meeting.schedule(ANN, days) == [MeetingScheduled(contact_id=ANN, appointment=days)]
    partly = days.model_copy(update={"ends_at": MIDNIGHT + 36 * HOUR})
    with pytest.raises(Invalid) as refused:
        Meeting.schedule(ANN, partly)
    assert refused.value.field == "appointment.ends_at"


def test_the_same_appointment_again_changes_nothing_whatever_became_of_it():
    for ended in ((), (CANCELLED,), (MISSED,), (COMPLETED,)):
        given(SCHEDULED, *ended).when(lambda meeting: meeting.reschedule(APPOINTMENT)).then()


def test_a_rescheduled_meeting_is_the_new_appointment():
    assert fold(None, [SCHEDULED, RESCHEDULED]).appointment == LATER


def test_another_reason_doesnt_cancel_or_miss_a_meeting_again():
    given(SCHEDULED, CANCELLED).when(lambda meeting: meeting.cancel("Rain")).then()
    given(SCHEDULED, MISSED).when(lambda meeting: meeting.miss()).then()


def test_another_outcome_of_a_completed_meeting_is_a_conflict():
    other = OUTCOME.model_copy(update={"outcomes": "Disagreed"})
    given(SCHEDULED, COMPLETED).when(completed(other)).refuses(Conflict, code="meeting_completed")


def test_a_meeting_may_have_been_held_before_it_was_scheduled_for():
    assert OUTCOME.held_at < APPOINTMENT.scheduled_at
    given(SCHEDULED).when(completed(OUTCOME)).then(COMPLETED)


def test_a_meeting_cant_have_been_held_in_the_future():
    just_now = OUTCOME.model_copy(update={"held_at": NOW})
    given(SCHEDULED).when(completed(just_now)).then(
        COMPLETED.model_copy(update={"outcome": just_now})
    )
    ahead = OUTCOME.model_copy(update={"held_at": NOW + timedelta(microseconds=1)})
    given(SCHEDULED).when(completed(ahead)).refuses(
        Invalid, code="date_in_future", field="outcome.held_at"
    )


@pytest.mark.parametrize("seconds", [0, -60])
def test_a_meeting_takes_a_positive_time(seconds: int):
    with pytest.raises(ValidationError):
        Outcome(held_at=NOW - HOUR, duration=seconds)


def test_an_event_of_something_else_is_no_event_of_a_meeting():
    with pytest.raises(TypeError, match="no event of a meeting"):
        Meeting.evolve(fold(None, [SCHEDULED]), ADDED)
