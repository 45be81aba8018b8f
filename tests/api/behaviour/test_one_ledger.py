"""One ledger: what is written through one contract is the same record through every other."""

from itertools import permutations

import pytest

from tests.api.behaviour.dialect import Contact, Dialect, Json
from tests.api.behaviour.dialects import DIALECTS
from tests.api.behaviour.mappings import MAPPINGS
from tests.api.behaviour.speaker import Speaker
from tests.api.running import Service


def each_pair(*unless: str) -> pytest.MarkDecorator:
    """Every pair whose reader says this. What is with nobody can't be found by a contract in which
    everything is with somebody."""
    pairs = [
        pytest.param((writer, reader), id=f"{writer.name} to {reader.name}")
        for writer, reader in permutations(DIALECTS, 2)
        if "contacts" not in writer.unsaid or reader.name == "tracking"
        if not reader.unsaid.keys() & unless
    ]
    return pytest.mark.parametrize("speakers", pairs, indirect=True)


@pytest.fixture
def speakers(
    request: pytest.FixtureRequest, service: Service, tenant: str, contact: Contact
) -> tuple[Speaker, Speaker]:
    """The writer of a record in one contract, and its reader in another."""
    writer, reader = request.param
    return (
        Speaker(writer, service, tenant, contact, None),
        Speaker(reader, service, tenant, contact, None),
    )


@each_pair()
def test_both_contracts_show_the_same_record_under_the_same_ids(speakers):
    there, here = speakers
    writer, reader = there.dialect, here.dialect
    logged = there.log("Wants an offer")
    uuid, number = there.ids(logged)
    shown = here.read(uuid)
    assert here.read(number) == shown
    assert here.ids(shown) == (uuid, number)
    assert shown["id"] in (uuid, number)
    assert "Wants an offer" in shown.values()
    assert str(shown[reader.when])[:10] == str(logged[writer.when])[:10]
    kind = MAPPINGS[writer.name].kind(writer.word(logged))
    assert reader.word(shown) in (MAPPINGS[reader.name].word(kind), writer.word(logged))
    assert here.listed() == [shown]


@each_pair("correcting")
def test_a_correction_here_keeps_what_only_the_other_can_say(speakers):
    there, here = speakers
    logged = there.log("Wants an offer")
    before = there.read(logged["id"])
    uuid, _ = there.ids(logged)
    seen = here.read(uuid)
    assert here.done(here.correct(uuid, seen)) == seen
    moved = {"location": "consulate"}
    assert here.done(here.correct(uuid, moved)).items() >= moved.items()
    expected = before | (moved if "location" in before else {})
    after = there.read(logged["id"])
    assert without_who(there.dialect, after) == without_who(there.dialect, expected)


@each_pair("deleting")
def test_a_record_deleted_in_one_contract_is_404_in_the_other(speakers):
    there, here = speakers
    logged = there.log()
    uuid, _ = there.ids(logged)
    assert here.client().delete(here.path(uuid)).is_success
    there.refused(there.client().get(there.path(logged["id"])), 404)
    assert there.listed() == []


def without_who(dialect: Dialect, shown: Json) -> Json:
    """A shown record without its last change's author and time."""
    return {key: value for key, value in shown.items() if key not in dialect.written}
