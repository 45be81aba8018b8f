"""No contract is left out of a behaviour without a reason that its routes bear out."""

import pytest

from tests.api.behaviour import test_refusing, test_speaking
from tests.api.behaviour.dialect import Dialect
from tests.api.behaviour.dialects import DIALECTS
from tests.api.behaviour.speaker import Speaker
from tests.api.examples import OPERATIONS

CLASSES = {
    name: found
    for module in (test_speaking, test_refusing)
    for name, found in vars(module).items()
    if name.startswith("Test")
}
BEHAVIOURS = {found.behaviour for found in CLASSES.values()}
FEWEST = 3
"""Contracts that say a behaviour; fewer, and it is a matter of one contract's own tests."""


def test_every_contract_has_a_dialect():
    assert {one.name for one in DIALECTS} == {one.contract.name for one in OPERATIONS}
    assert {one.base for one in DIALECTS} == {one.contract.base for one in OPERATIONS}


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
def test_most_contracts_say_every_behaviour(behaviour: str):
    said = [one.name for one in DIALECTS if behaviour not in one.unsaid]
    assert len(said) >= FEWEST


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_each_behaviour_a_contract_omits_is_known_and_has_a_reason(dialect: Dialect):
    assert dialect.unsaid.keys() <= BEHAVIOURS
    assert all(len(reason.split()) > 5 for reason in dialect.unsaid.values())


class TestOmissions:
    behaviour = "logging"

    def test_a_contract_that_doesnt_correct_has_no_method_for_it(self, speaker: Speaker):
        """Otherwise it has to stand the test of it."""
        path, client = speaker.path(speaker.log()["id"]), speaker.client()
        unsaid = "correcting" in speaker.dialect.unsaid
        assert unsaid == ("deleting" in speaker.dialect.unsaid)
        # At the bare origin tracking answers what the claimed contract doesn't define.
        statuses = [client.request(method, path).status_code for method in ("PUT", "PATCH")]
        assert unsaid == all(status in (404, 405) for status in statuses)
