"""The daily sums: what is added is taken away again when a record changes or goes."""

from datetime import date
from uuid import UUID

import pytest

from domain.interaction import InteractionDeleted
from domain.kinds import Kind, Sentiment
from domain.record import Labels, Participant, People, Said, When
from projections.analytics.sums import ACTIVITY, NOBODY
from tests.domain.samples import ANN, DAY, NOW, PLANNED
from tests.projections.given import OTHER, given
from tests.projections.test_timeline import amended, logged

BEN = UUID("550e8400-e29b-41d4-a716-446655440002")
SUMS = ("interactions", "timed", "seconds", "positive", "neutral", "negative")
TODAY = date(2024, 1, 10)


def sums(*happenings):
    """The sums by contact, day and kind."""
    return {
        (row["contact_id"], row["day"], row["kind"]): tuple(row[name] for name in SUMS)
        for row in given(*happenings).rows(ACTIVITY)
    }


def timed(event, seconds: int):
    when = event.record.when.model_copy(update={"duration": seconds})
    return event.model_copy(update={"record": event.record.model_copy(update={"when": when})})


GOOD = timed(logged(said=Said(sentiment=Sentiment.POSITIVE)), 60)


def test_an_interaction_counts_for_its_contact_and_for_the_whole_tenant():
    expected = (1, 1, 60, 1, 0, 0)
    assert sums(GOOD) == {(who, TODAY, Kind.CALL): expected for who in (ANN, NOBODY)}


def test_interactions_of_one_day_are_summed():
    assert set(sums(GOOD, (OTHER, GOOD)).values()) == {(2, 2, 120, 2, 0, 0)}


def test_an_interaction_without_duration_counts_as_untimed():
    assert set(sums(logged()).values()) == {(1, 0, 0, 0, 0, 0)}


def test_an_interaction_counts_once_for_each_contact_who_took_part():
    both = People(participants=(Participant(contact_id=BEN), Participant(contact_id=ANN)))
    found = sums(logged(people=both))
    assert {who: values[0] for (who, _, _), values in found.items()} == {NOBODY: 1, ANN: 1, BEN: 1}


@pytest.mark.parametrize(
    ("changes", "where", "expected"),
    [
        ({"said": Said(sentiment=Sentiment.NEGATIVE)}, (TODAY, Kind.CALL), (1, 1, 60, 0, 0, 1)),
        ({"kind": Kind.LUNCH}, (TODAY, Kind.LUNCH), (1, 1, 60, 1, 0, 0)),
        ({"when": When(at=NOW - DAY)}, (TODAY - DAY, Kind.CALL), (1, 0, 0, 1, 0, 0)),
        ({"labels": Labels(restricted=("hr",))}, (TODAY, Kind.CALL), (1, 0, 0, 0, 0, 0)),
    ],
)
def test_an_amendment_moves_what_was_counted(changes, where, expected):
    found = sums(GOOD, amended(GOOD, **changes))
    assert found == {(who, *where): expected for who in (ANN, NOBODY)}


def test_a_deleted_interaction_leaves_nothing():
    assert sums(GOOD, InteractionDeleted(contact_id=ANN)) == {}
    assert sums(GOOD, amended(GOOD, kind=Kind.LUNCH), InteractionDeleted(contact_id=ANN)) == {}


def test_a_planned_interaction_counts_once_it_is_in_the_past():
    assert sums(PLANNED) == {}
    assert sums(PLANNED, InteractionDeleted(contact_id=ANN)) == {}
    assert len(sums(PLANNED, amended(PLANNED, when=When(at=NOW - DAY)))) == 2
