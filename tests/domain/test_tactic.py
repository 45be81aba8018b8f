"""A tenant's changes to the catalogue of rapport tactics (the rapport document)."""

from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.event import Changed
from domain.tactic import (
    BUILT_IN,
    CATALOGUE,
    Discipline,
    Guidance,
    Tactic,
    TacticAdded,
    TacticChanged,
    TacticHidden,
    TacticShown,
)
from tests.domain.anything import made, words
from tests.domain.given import fold, given

LISTENING = UUID("a1b2c3d4-e5f6-7890-1234-567890abcdef")
SIMILARITY = UUID("b2c3d4e5-f6a7-8901-2345-67890abcdef0")
OWN = UUID("550e8400-e29b-41d4-a716-446655440003")
WALKING = Guidance(
    name="Walking Together", domain=Discipline.SOCIAL_PSYCHOLOGY, description="Talk on a walk."
)
ADDED = TacticAdded(tactic_id=OWN, guidance=WALKING)


class TestTheCatalogue:
    def test_begins_with_the_two_documented_tactics(self):
        assert list(BUILT_IN)[:2] == [LISTENING, SIMILARITY]
        listening, similarity = BUILT_IN[LISTENING], BUILT_IN[SIMILARITY]
        assert listening.name == "Active Listening (Validation/Paraphrasing)"
        assert listening.domain == "Communication Studies"
        assert listening.description.startswith(
            "Restating the speaker's message and reflecting their feelings"
        )
        assert similarity.name == "Finding Similarity (Liking Principle)"
        assert similarity.domain == "Persuasion and Influence"
        assert similarity.description.startswith(
            "Identifying and highlighting shared interests, backgrounds, or values"
        )

    def test_has_at_least_a_dozen_each_with_an_id_a_name_and_evidence_of_its_own(self):
        assert len(BUILT_IN) == len(CATALOGUE) >= 12
        assert len({each.name for each in BUILT_IN.values()}) == len(BUILT_IN)
        assert len({each.evidence for each in BUILT_IN.values()}) == len(BUILT_IN)
        assert all(each.description and each.evidence for each in BUILT_IN.values())

    def test_draws_on_all_three_domains(self):
        assert {each.domain for each in BUILT_IN.values()} == set(Discipline)
        assert {each.value for each in Discipline} == {
            "Communication Studies",
            "Social Psychology",
            "Persuasion and Influence",
        }


class TestATactic:
    def test_is_added(self):
        assert Tactic.add(OWN, WALKING) == [ADDED]
        assert fold(None, [ADDED]) == Tactic(OWN, WALKING)

    def test_needs_a_name(self):
        with pytest.raises(ValidationError):
            Guidance(name="", domain=Discipline.SOCIAL_PSYCHOLOGY, description="")

    def test_is_put_differently(self):
        def reword(state: Tactic):
            return state.change(WALKING.model_copy(update={"name": "Walk and Talk"}))

        change = Changed(old="Walking Together", new="Walk and Talk")
        given(ADDED).when(reword).then(TacticChanged(tactic_id=OWN, changes={"name": change}))

    def test_is_hidden_and_offered_again(self):
        given(ADDED).when(Tactic.hide).then(TacticHidden(tactic_id=OWN))
        given(ADDED, TacticHidden(tactic_id=OWN)).when(Tactic.show).then(TacticShown(tactic_id=OWN))
        given(ADDED).when(Tactic.show).then()


class TestABuiltInTactic:
    """The stream of a built-in tactic begins with the tenant's first command on it."""

    def test_can_be_hidden(self):
        state = fold(None, [TacticHidden(tactic_id=LISTENING)])
        assert state == Tactic(LISTENING, BUILT_IN[LISTENING], hidden=True)

    def test_can_be_put_differently_and_keeps_the_rest(self):
        change = Changed(old=BUILT_IN[LISTENING].name, new="Listening")
        state = fold(None, [TacticChanged(tactic_id=LISTENING, changes={"name": change})])
        assert state.guidance == BUILT_IN[LISTENING].model_copy(update={"name": "Listening"})


guidances = made(
    Guidance,
    name=words,
    domain=st.sampled_from(Discipline),
    description=st.text(max_size=8),
    evidence=st.none() | st.text(max_size=8),
)
decisions = st.one_of(
    guidances.map(lambda guidance: lambda state: state.change(guidance)),
    st.sampled_from([Tactic.hide, Tactic.show]),
)


@for_any(st.sampled_from([Tactic(OWN, WALKING), Tactic.built_in(LISTENING)]), st.lists(decisions))
def test_deciding_twice_yields_nothing_the_second_time(state: Tactic, history):
    for decide in history:
        state = fold(state, decide(state))
        assert decide(state) == []
