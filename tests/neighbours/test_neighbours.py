"""One tenant's load is its own: attacks beside a quiet tenant, and each bound taken away."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.neighbours import (
    bodies,
    feeds,
    heads,
    hooks,
    imports,
    mutants,
    pages,
    questions,
    records,
    searches,
    wire,
)
from tests.neighbours.attacking import Strike, beside
from tests.neighbours.place import Place, kith
from tests.neighbours.quiet import Quiet, Seen

ATTACKS: dict[Strike, Callable[[], None] | None] = {
    heads.one_header: mutants.heads_without_end,
    heads.many_headers: mutants.heads_without_end,
    heads.trailers: mutants.heads_without_end,
    wire.pipelined: mutants.requests_without_number,
    records.with_made_up_participants: mutants.anybody_taking_part,
    imports.large_mails: mutants.mails_without_bounds,
    bodies.unfinished: mutants.bodies_without_budget,
    bodies.many_values: mutants.values_without_number,
    bodies.misspelt_tags: mutants.names_with_backtracking,
    searches.patient: mutants.searches_without_turns,
    searches.hanging_up: mutants.canceled_queries_keep_their_connections,
    questions.all_at_once: mutants.questions_without_turns,
    hooks.endless_answers: mutants.answers_without_end,
    pages.unread: mutants.pages_without_bytes,
    pages.one_event: mutants.events_judged_by_their_streams,
    feeds.unread_streams: mutants.streams_without_bytes,
    feeds.unread_batches: mutants.answers_without_budget,
}
"""Attacks, and the bound without which each of them harms the quiet tenant."""

QUICKLY_NOTICED = (
    heads.one_header,
    heads.many_headers,
    bodies.unfinished,
    searches.hanging_up,
    pages.unread,
)
"""Attacks that harm within seconds on any machine once their bound is gone. `make neighbours` takes
away the others as well, for longer."""

SECONDS_TO_NOTICE = 20.0
"""Of an attack without its bound, which ends with the first complaint."""

TRIES = 3
"""A machine has hiccups of its own, and an attack has to meet another request to harm it."""


@pytest.fixture(scope="module")
def place(module_database: str) -> Iterator[Place]:
    with kith(module_database) as one:
        yield one


@pytest.fixture(scope="module")
def alone(place: Place) -> Seen:
    """The quiet tenant without an attack."""
    with Quiet(place).watching() as seen:
        time.sleep(2)
    return seen


@pytest.mark.parametrize("strike", ATTACKS, ids=lambda strike: strike.__name__)
def test_an_attack_is_no_harm_to_the_quiet_tenant(place: Place, alone: Seen, strike: Strike):
    for attempt in range(TRIES):
        verdict = beside(place, strike, alone=alone if attempt == 0 else None)
        if not verdict.complaints:
            return
    pytest.fail(str(verdict))


@pytest.mark.parametrize("strike", QUICKLY_NOTICED, ids=lambda one: one.__name__)
def test_without_its_bound_an_attack_is_noticed(
    database: Callable[[], str], alone: Seen, strike: Strike
):
    mutant = ATTACKS[strike]
    assert mutant is not None
    for attempt in range(TRIES):
        with kith(database(), mutant.__name__) as place:
            verdict = beside(
                place,
                strike,
                SECONDS_TO_NOTICE,
                alone=alone if attempt == 0 else None,
                until_noticed=True,
            )
        if verdict.complaints:
            return
    pytest.fail(str(verdict))
