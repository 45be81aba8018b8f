"""Recent steps are read from memory, as long as the process holds them without gaps."""

import pytest

from domain.record import Said
from infrastructure.following.recent import Recent
from projections.timeline.document import document
from tests.domain.samples import LOGGED, record
from tests.projections.given import OTHER, steps

LARGE = LOGGED.model_copy(update={"record": record(said=Said(notes="x" * 100_000))})
LOG = steps(LOGGED, *[(OTHER, LOGGED)] * 9)


def taken(recent: Recent, after: int, limit: int = 100) -> list[int] | None:
    found = recent.take(after, limit)
    return None if found is None else [step.recorded.position for step in found]


def test_steps_follow_on_a_position_as_many_as_asked_for():
    recent = Recent()
    recent.add(LOG[:3])
    recent.add(LOG[3:5])
    assert taken(recent, 0, 2) == [1, 2]
    assert taken(recent, 2) == [3, 4, 5]
    assert taken(recent, 5) == []


def test_events_outside_the_recent_ones_have_to_be_read():
    recent = Recent()
    assert taken(recent, 0) is None
    recent.add(LOG[4:6])
    assert taken(recent, 3) is None
    assert taken(recent, 4) == [5, 6]
    assert taken(recent, 9) is None


def test_recent_events_start_anew_after_another_process_appended():
    recent = Recent()
    recent.add(LOG[:3])
    recent.add(LOG[4:6])
    assert taken(recent, 2) is None
    assert taken(recent, 4) == [5, 6]


def test_the_oldest_events_are_dropped_beyond_the_limit():
    recent = Recent(most=4)
    recent.add(LOG)
    assert taken(recent, 5) is None
    assert taken(recent, 6) == [7, 8, 9, 10]


@pytest.mark.parametrize("documented", [False, True])
def test_the_oldest_events_are_dropped_beyond_the_bytes(documented: bool):
    recent, large = Recent(most_bytes=500_000), steps(*[(OTHER, LARGE)] * 9)
    if documented:
        for step in large:
            document(step.after)
    recent.add(large)
    assert taken(recent, 5) is None
    assert taken(recent, 8) == [9]


def test_a_step_that_exceeds_the_bytes_has_to_be_read():
    recent = Recent(most_bytes=50_000)
    recent.add(LOG[:3])
    recent.add(steps(*[(OTHER, LARGE)] * 4)[3:])
    assert taken(recent, 3) is None
    recent.add(LOG[4:6])
    assert taken(recent, 4) == [5, 6]


def test_a_mutant_without_bytes_keeps_large_steps():
    recent = Recent(most_bytes=1 << 60)
    recent.add(steps(*[(OTHER, LARGE)] * 9))
    assert taken(recent, 0) == list(range(1, 10))
