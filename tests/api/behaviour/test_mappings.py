"""One record in five contracts' words: none is lost on the way there and back."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from domain.changes import difference
from domain.errors import Invalid
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.record import Record
from tests.api.behaviour.dialect import Contact
from tests.api.behaviour.dialects import DIALECTS
from tests.api.behaviour.mappings import MAPPINGS, Mapped
from tests.api.ledger_documents import ANN
from tests.domain import anything
from tests.domain.samples import NOW

BY_NAME = {one.name: one for one in DIALECTS}
UPDATING = {name: one for name, one in MAPPINGS.items() if one.change}
each_mapping = pytest.mark.parametrize("mapped", MAPPINGS.values(), ids=MAPPINGS)


def test_every_contract_is_mapped():
    assert MAPPINGS.keys() == BY_NAME.keys()
    assert UPDATING.keys() == {one.name for one in DIALECTS if "correcting" not in one.unsaid}
    for one in UPDATING.values():
        assert one.changes.keys() == one.carries.keys() - {"?tags="}


@each_mapping
def test_every_kind_has_a_word_and_every_word_a_kind_that_leads_back_to_it(mapped: Mapped):
    assert {mapped.word(kind) for kind in Kind} == set(mapped.own)
    for word in mapped.own:
        assert mapped.word(mapped.kind(word)) == word


@pytest.mark.parametrize(("writer", "reader"), list(product(MAPPINGS, MAPPINGS)))
@settings(max_examples=20)
@for_any(
    said=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
        str.strip
    ),
    day=st.integers(1, 9),
)
def test_a_record_of_one_contract_is_shown_by_every_other(
    writer: str, reader: str, said: str, day: int
):
    wrote = MAPPINGS[writer].write(BY_NAME[writer].body(Contact(str(ANN), 7), said, day))
    shown = MAPPINGS[reader].shown(wrote)
    assert said in [shown.get(key) for key in ("notes", "user_notes", "description")]
    assert str(shown[BY_NAME[reader].when])[:10] == str(wrote.when.at)[:10]
    if reader != writer:
        assert BY_NAME[reader].word(shown) == MAPPINGS[reader].word(wrote.kind) or (
            reader == "rapport" and shown["medium"] == wrote.place.medium
        )


@pytest.mark.parametrize("name", UPDATING)
def test_a_change_reaches_no_further_than_the_fields_it_names(name: str):
    mapped = MAPPINGS[name]
    assert mapped.change is not None
    change = mapped.change

    @for_any(anything.records(), st.fixed_dictionaries({}, optional=mapped.changes))
    def reaches_no_further(record: Record, body: dict[str, Any]) -> None:
        changed = change(record, body)
        # It is made without validating it again, so it has to be what the ledger can read back.
        assert Record.model_validate_json(changed.model_dump_json()) == changed
        reached = difference(record, changed).keys()
        named = set().union(
            *(mapped.carries[key] for key in [*body, "?tags="] if key in mapped.carries)
        )
        assert reached <= named
        try:
            Interaction(1, ANN, record).amend(changed, NOW, may_plan=True)
        except Invalid:
            assert name == "sites"  # where an end may be named, and lie before the start
        else:
            assert (changed.when.seconds or 0) >= 0

    reaches_no_further()
