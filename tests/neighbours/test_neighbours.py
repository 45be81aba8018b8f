"""One tenant's load is its own: attacks beside a quiet tenant, and each bound taken away."""

from collections.abc import Callable, Iterator

import pytest

from tests.neighbours import bodies, heads, hooks, mutants, pages, records, searches
from tests.neighbours.attacking import Strike, beside
from tests.neighbours.place import Place, kith

ATTACKS: dict[Strike, Callable[[], None] | None] = {
    heads.one_header: mutants.heads_without_end,
    heads.many_headers: mutants.heads_without_end,
    heads.trailers: None,
    records.with_made_up_participants: None,
    bodies.unfinished: mutants.bodies_without_budget,
    searches.patient: None,
    searches.hanging_up: mutants.canceled_queries_keep_their_connections,
    hooks.endless_answers: None,
    pages.unread: mutants.pages_without_bytes,
    pages.one_event: None,
}
"""Attacks, and the bound without which each of them harms the quiet tenant."""


TRIES = 3
"""A machine has hiccups of its own, and an attack has to meet another request to harm it."""


@pytest.fixture(scope="module")
def place(module_database: str) -> Iterator[Place]:
    with kith(module_database) as one:
        yield one


@pytest.mark.parametrize("strike", ATTACKS, ids=lambda strike: strike.__name__)
def test_an_attack_is_no_harm_to_the_quiet_tenant(place: Place, strike: Strike):
    for _ in range(TRIES):
        verdict = beside(place, strike)
        if not verdict.complaints:
            return
    pytest.fail(str(verdict))


@pytest.mark.parametrize(
    "strike", [one for one, bound in ATTACKS.items() if bound], ids=lambda one: one.__name__
)
def test_without_its_bound_an_attack_is_noticed(database: Callable[[], str], strike: Strike):
    mutant = ATTACKS[strike]
    assert mutant is not None
    for _ in range(TRIES):
        with kith(database(), mutant.__name__) as place:
            verdict = beside(place, strike)
        if verdict.complaints:
            return
    pytest.fail(str(verdict))
