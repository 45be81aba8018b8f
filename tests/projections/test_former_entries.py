"""Former places of interactions, so that questions about the past find them."""

from domain.interaction import InteractionDeleted
from domain.record import People
from projections.timeline.former_entries import FORMER_ENTRIES
from tests.domain.samples import ANN, LOGGED
from tests.projections.given import ID, given
from tests.projections.test_timeline import BEN, BOTH, amended, logged


def left(*happenings):
    return [(row["contact_id"], row["id"]) for row in given(*happenings).rows(FORMER_ENTRIES)]


def test_a_present_entry_has_no_former_entry():
    assert left(LOGGED) == []
    assert left(LOGGED, amended(LOGGED, people=BOTH)) == []


def test_a_deleted_interaction_left_every_contact_it_concerned():
    gone = InteractionDeleted(contact_id=ANN)
    assert left(logged(people=BOTH), gone) == [(ANN, ID), (BEN, ID)]


def test_a_former_participant_is_remembered_once():
    first = logged(people=BOTH)
    without = amended(first, people=People())
    alone = first.model_copy(
        update={"record": first.record.model_copy(update={"people": People()})}
    )
    back = amended(alone, people=BOTH)
    assert left(first, without) == [(BEN, ID)]
    assert left(first, without, back, without) == [(BEN, ID)]
