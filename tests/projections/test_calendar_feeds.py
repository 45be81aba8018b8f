"""The meetings of a feed: time and place, and nothing that is called off."""

from pydantic_core import to_json

from domain.appointment import Source
from domain.meeting import Meeting, MeetingCancelled, MeetingMissed
from projections.calendar_feeds.model import FED_MEETINGS
from tests.domain.samples import ANN, APPOINTMENT, DAY, LOGGED_WITH_IT, NOW, OUTCOME, SCHEDULED
from tests.projections.given import ID, given

AGREED = Meeting.evolve(None, SCHEDULED)


def test_a_scheduled_meeting_is_its_users():
    row = given(SCHEDULED).row(FED_MEETINGS)
    assert {name: value for name, value in row.items() if value is not None} == {
        "tenant": "1",
        "user_id": "5",
        "id": ID,
        "scheduled_at": NOW + DAY,
        "whole_day": False,
        "location": "Room 3",
        "changed_at": NOW,
    }


def test_a_rescheduled_meeting_stands_at_its_new_time_and_place():
    later = APPOINTMENT.model_copy(update={"scheduled_at": NOW + 2 * DAY, "location": "Room 1"})
    row = given(SCHEDULED, *AGREED.reschedule(later)).row(FED_MEETINGS)
    assert (row["scheduled_at"], row["location"]) == (NOW + 2 * DAY, "Room 1")


def test_a_cancelled_meeting_is_gone_and_others_stay():
    assert given(SCHEDULED, MeetingCancelled(contact_id=ANN)).rows(FED_MEETINGS) == []
    assert given(SCHEDULED, MeetingMissed(contact_id=ANN)).rows(FED_MEETINGS) != []
    held = AGREED.complete(OUTCOME, LOGGED_WITH_IT, NOW)
    assert given(SCHEDULED, *held).rows(FED_MEETINGS) != []


def test_a_meeting_from_a_calendar_stands_there_already():
    source = Source(kind="calendar", account=ANN)
    taken = SCHEDULED.model_copy(
        update={"appointment": APPOINTMENT.model_copy(update={"source": source})}
    )
    assert given(taken).rows(FED_MEETINGS) == []


def test_a_row_holds_nothing_of_what_it_is_about():
    held = AGREED.complete(OUTCOME, LOGGED_WITH_IT, NOW)
    text = to_json(given(SCHEDULED, *held).rows(FED_MEETINGS))
    assert b"Kick-off" not in text
    assert b"Ann" not in text
