"""Between any text and the kinds of interaction (the rapport document)."""

import pytest
from hypothesis import example
from hypothesis import given as for_any
from hypothesis import strategies as st

from api.contracts.rapport.mediums import LONGEST, WORDS, kind_of
from domain.kinds import Kind


@for_any(st.none() | st.text(max_size=LONGEST))
@example("")
@example("ﬀ İ ß")
def test_every_text_has_a_kind(medium: str | None):
    assert kind_of(medium) in Kind


@for_any(st.sampled_from(WORDS).flatmap(lambda row: st.sampled_from(row[1].split())))
def test_a_word_is_recognised_whatever_its_case(word: str):
    assert kind_of(word.upper()) == kind_of(word.title()) == kind_of(word)


@pytest.mark.parametrize(
    ("medium", "kind"),
    [
        ("Video Call", Kind.CALL),
        ("Phone", Kind.CALL),
        ("Conference call", Kind.CALL),
        ("E-Mail", Kind.EMAIL),
        ("Text message", Kind.MESSAGE),
        ("In person", Kind.MEETING),
        ("Lunch meeting", Kind.LUNCH),
        ("Coffee chat", Kind.COFFEE),
        ("Follow-up", Kind.FOLLOW_UP),
        ("Golf", Kind.MEETING),
        ("Recalling", Kind.MEETING),
        (None, Kind.NOTE),
    ],
)
def test_the_nearest_kind(medium: str | None, kind: Kind):
    assert kind_of(medium) == kind
