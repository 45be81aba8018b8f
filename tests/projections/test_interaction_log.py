"""The log of a contact's interactions names the actions and never their content."""

from pydantic_core import from_json, to_json

from domain.interaction import InteractionDeleted
from domain.kinds import Kind
from projections.interaction_log.model import INTERACTION_LOG
from tests.domain.samples import ANN, LOGGED, PLANNED
from tests.projections.given import OTHER, given
from tests.projections.test_timeline import amended


def test_each_event_is_an_entry_in_its_order():
    gone = InteractionDeleted(contact_id=ANN)
    rows = given(LOGGED, (OTHER, PLANNED), amended(LOGGED, kind=Kind.LUNCH), gone).rows(
        INTERACTION_LOG
    )
    assert [(row["position"], row["number"], row["done"]) for row in rows] == [
        (1, 1, "created"),
        (2, 2, "created"),
        (3, 1, "updated"),
        (4, 1, "deleted"),
    ]
    assert from_json(rows[0]["actor"]) == {"id": "5", "name": "John Smith"}


def test_an_entry_holds_none_of_the_text():
    assert b"quote" not in to_json(given(LOGGED).rows(INTERACTION_LOG))


def test_an_interaction_without_contact_has_no_entry():
    assert given(LOGGED.model_copy(update={"contact_id": None})).rows(INTERACTION_LOG) == []
