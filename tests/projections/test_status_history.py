"""The status history: an entry for each move, for ever."""

from pydantic_core import from_json

from domain.contact import Contact, ContactRemoved, Details
from projections.status_history.model import STATUS_HISTORY
from tests.domain.samples import ADDED
from tests.projections.given import ID, given

ANN = Contact.evolve(None, ADDED)
(QUALIFIED,) = ANN.progress_to_qualified_lead(reason="called", notes="keen")
(INACTIVE,) = Contact.evolve(ANN, QUALIFIED).mark_as_inactive()
(AGAIN,) = Contact.evolve(Contact.evolve(ANN, QUALIFIED), INACTIVE).reactivate("wrote again")
(RENAMED,) = ANN.change_details(Details(name="Ann Low"))


def test_a_move_is_an_entry_with_before_and_after_and_who_and_why():
    row = given(ADDED, QUALIFIED).row(STATUS_HISTORY)
    assert (row["contact_id"], row["version"]) == (ID, 2)
    assert from_json(row["document"]) == {
        "oldStatus": "prospect",
        "newStatus": "qualified_lead",
        "oldLifecycleStage": "awareness",
        "newLifecycleStage": "interest",
        "reason": "called",
        "notes": "keen",
        "changedBy": {"id": "5", "name": "John Smith"},
        "timestamp": "2024-01-10T14:31:00Z",
    }


def test_every_move_stays_and_a_reactivation_is_one():
    rows = given(ADDED, QUALIFIED, INACTIVE, AGAIN).rows(STATUS_HISTORY)
    moves = [from_json(row["document"])["newStatus"] for row in rows]
    assert moves == ["qualified_lead", "inactive", "prospect"]


def test_an_event_without_a_status_change_has_no_entry():
    assert given(ADDED, RENAMED, ContactRemoved()).rows(STATUS_HISTORY) == []
