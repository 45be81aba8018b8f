"""The meetings: one row each, with its document."""

from pydantic_core import from_json

from domain.meeting import Meeting, MeetingCancelled, MeetingMissed
from projections.meetings.model import MEETINGS
from tests.domain.samples import ANN, APPOINTMENT, DAY, LOGGED_WITH_IT, NOW, OUTCOME, SCHEDULED
from tests.projections.given import ID, given

AGREED = Meeting.evolve(None, SCHEDULED)


def shown(*happenings):
    return from_json(given(*happenings).row(MEETINGS)["document"])


def test_a_scheduled_meeting_has_a_row():
    row = given(SCHEDULED).row(MEETINGS)
    assert from_json(row.pop("document"))["purpose"] == "Kick-off"
    assert {name: value for name, value in row.items() if value is not None} == {
        "tenant": "1",
        "id": ID,
        "contact_id": ANN,
        "scheduled_at": NOW + DAY,
        "status": "scheduled",
        "position": 1,
    }


def test_a_rescheduled_meeting_stands_at_its_new_time():
    later = APPOINTMENT.model_copy(update={"scheduled_at": NOW + 2 * DAY})
    row = given(SCHEDULED, *AGREED.reschedule(later)).row(MEETINGS)
    assert (row["scheduled_at"], row["status"], row["position"]) == (NOW + 2 * DAY, "scheduled", 2)


def test_a_completed_meeting_shows_its_outcome_and_its_interaction():
    events = AGREED.complete(OUTCOME, LOGGED_WITH_IT, NOW)
    document = shown(SCHEDULED, *events)
    assert document["status"] == "completed"
    assert document["interactionId"] == str(LOGGED_WITH_IT)
    assert (document["duration"], document["attendees"]) == (30, ["Ann Lee"])


def test_a_meeting_that_did_not_take_place_shows_its_reason():
    for event, status in ((MeetingCancelled, "cancelled"), (MeetingMissed, "noShow")):
        document = shown(SCHEDULED, event(contact_id=ANN, reason="ill"))
        assert (document["status"], document["reason"]) == (status, "ill")
        assert "interactionId" not in document


def test_a_redacted_meeting_shows_time_and_people_alone():
    assert given(SCHEDULED).row(MEETINGS)["redacted"] is None
    row = given(SCHEDULED, *AGREED.complete(OUTCOME, LOGGED_WITH_IT, NOW)).row(MEETINGS)
    shown, full = from_json(row["redacted"]), from_json(row["document"])
    assert (row["interaction_id"], shown.pop("redacted")) == (LOGGED_WITH_IT, True)
    assert list(shown) == list(full)
    hidden = {name for name in shown if shown[name] != full[name]}
    assert hidden == {"purpose", "agendaItems", "duration", "outcomes"}
    assert all(shown[name] in (None, []) for name in hidden)
