"""The rows of a site's list: one for each reader's view, with all of its texts folded."""

from typing import Any

import pytest

from application.context import user_number
from domain.interaction import Interaction, InteractionDeleted
from domain.record import Labels, People, Place, Said, When
from projections.sites.model import JOINT, SITE_LIST, SITE_SEARCH
from tests.domain.samples import HOUR, LOGGED, NOW, PLANNED, record
from tests.projections.given import ID, given

SAID = Said(subject="Große Pläne", description="Wie im MAI", notes=None)
JOHNS_NUMBER = user_number("5")
RESTRICTED = Labels(restricted=("immigration", "tax"))


def logged(**parts: Any):
    return LOGGED.model_copy(update={"record": record(**parts)})


def amended(before, **parts: Any):
    state = Interaction.evolve(None, before)
    (event,) = state.amend(state.record.model_copy(update=parts), NOW)
    return event


@pytest.mark.parametrize("model", [SITE_LIST, SITE_SEARCH], ids=lambda model: model.name)
def test_an_interaction_has_one_row_with_what_is_sorted_filtered_and_searched(model):
    event = logged(said=SAID, place=Place(location="Köln"), people=People(lead="Ann LEE"))
    row = given(event).row(model)
    assert row["texts"].count(JOINT) == (4 if model is SITE_SEARCH else 0)
    assert row | {"texts": row["texts"].replace(JOINT, " ")} == {
        "tenant": "1",
        "id": ID,
        "redacted": False,
        "restricted": (),
        "number": 1,
        "at": "2024-01-10T13:30:00Z",
        "ends_at": None,
        "type": "Call",
        "created_by": JOHNS_NUMBER,
        "created_at": "2024-01-10T14:30:00Z",
        "updated_by": None,
        "updated_at": None,
        "texts": "grosse pläne\x1fcall\x1fann lee\x1futc\x1fköln\x1fwie im mai\x1f",
    }


def test_a_restricted_one_has_a_row_for_each_view():
    rows = given(logged(said=SAID, labels=RESTRICTED)).rows(SITE_LIST)
    assert [(row["redacted"], row["restricted"]) for row in rows] == [
        (False, ("immigration", "tax")),
        (True, ("immigration", "tax")),
    ]
    opened, closed = (row["texts"].split("\x1f") for row in rows)
    assert (opened[0], opened[5]) == ("grosse pläne", "wie im mai")
    assert (closed[0], closed[5]) == ("call", "")


def test_the_redacted_row_tells_no_end():
    when = When(at=NOW - HOUR, ends_at=NOW)
    event = logged(labels=RESTRICTED)
    opened, closed = given(event, amended(event, when=when)).rows(SITE_LIST)
    assert (opened["ends_at"], closed["ends_at"]) == ("2024-01-10T14:30:00Z", None)


def test_an_amended_one_says_who_changed_it_last():
    event = logged(said=SAID)
    row = given(event, amended(event, said=Said(subject="New"))).row(SITE_LIST)
    assert (row["updated_by"], row["updated_at"]) == (JOHNS_NUMBER, "2024-01-10T14:31:00Z")
    assert row["texts"].startswith("new\x1f")


def test_a_planned_one_is_listed_and_a_deleted_one_is_not():
    assert given(PLANNED).row(SITE_LIST)["at"] == "2024-01-11T14:30:00Z"
    assert given(LOGGED, InteractionDeleted()).rows(SITE_LIST) == []


def test_a_tag_that_is_added_later_hides_what_was_open():
    event = logged(said=SAID)
    rows = given(event, amended(event, labels=RESTRICTED)).rows(SITE_LIST)
    assert [row["redacted"] for row in rows] == [False, True]
