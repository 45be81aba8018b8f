"""Texts compared where case doesn't matter."""

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from projections.case_folding import SEPARATOR, fold, fold_all
from projections.paging import pattern
from projections.sites.model import JOINT, joined

latin = st.text(st.characters(max_codepoint=0x17F), max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("é", "E\u0301"),
        ("ﬁne", "FINE"),
        ("Łódź", "łÓDŹ"),
        ("a\x1fb", "A B"),
    ],
)
def test_the_same_in_another_case_or_composition_folds_to_the_same(one: str, other: str):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("e", "é"), ("o", "ö"), ("l", "ł"), ("a", "b")])
def test_letters_with_and_without_accents_are_different(one: str, other: str):
    assert fold(one) != fold(other)


@for_any(st.text(), st.integers(0, 3))
def test_no_folded_text_has_what_joins_words_in_the_index(text: str, count: int):
    folded = fold(JOINT.join([text] * count) + JOINT)
    assert JOINT not in folded
    assert joined(folded).replace(JOINT, " ") == folded


@for_any(st.lists(st.text()))
def test_texts_fold_together_as_they_do_one_by_one(texts: list[str]):
    assert fold_all(texts) == SEPARATOR.join(map(fold, texts))


@for_any(st.text())
def test_folding_twice_changes_nothing_and_no_separator_is_left(text: str):
    assert fold(fold(text)) == fold(text)
    assert SEPARATOR not in fold(text)


@for_any(latin, latin, latin)
def test_a_part_folds_to_a_part(before: str, part: str, after: str):
    assert fold(part) in fold(before + part + after)


def test_a_pattern_means_its_characters():
    assert pattern("50%_\\A", fold) == "%50\\%\\_\\\\a%"
