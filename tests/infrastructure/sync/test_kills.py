"""A process of the role that is killed at any moment loses nothing and does nothing twice."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.infrastructure.calendars.servers import Server, radicale
from tests.infrastructure.sync.kill_mutants import forgets_first, moves_first
from tests.infrastructure.sync.killed_house import NO_REST
from tests.infrastructure.sync.killed_process import Moment, Mutant
from tests.infrastructure.sync.killing import killed

pytestmark = pytest.mark.anyio

ROUNDS = 4
SECONDS = 30.0
"""Within which a mutant comes to its moment, on a busy machine."""


@pytest.fixture(scope="module")
def radicales(tmp_path_factory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as one:
        yield one


async def test_a_process_killed_at_any_moment_leaves_both_sides_to_agree(opened, radicales):
    assert await killed(opened, radicales, ROUNDS, Random(0)) == []


async def test_a_process_killed_at_a_put_leaves_both_sides_to_agree(opened, radicales):
    moment = Moment(0.02, 1, "PUT")
    assert await killed(opened, radicales, ROUNDS, Random(0), moment=moment) == []


@pytest.mark.parametrize(
    ("mutant", "moment"),
    [(forgets_first, Moment(0.0, 1, "PUT", SECONDS)), (moves_first, Moment(SECONDS))],
)
async def test_an_event_that_a_kill_loses_is_noticed(
    opened, radicales, mutant: Mutant, moment: Moment
):
    random = Random(7)  # its first edits make events on both sides, and move none
    found = await killed(opened, radicales, 1, random, moment=moment, mutant=mutant)
    assert found
    assert NO_REST not in found
