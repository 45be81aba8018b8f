"""The ledger's document of any record in the words of this contract, and its own exactly."""

from typing import Any, get_args

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic_core import from_json

from api.contracts.relationships.interaction_schemas import (
    ContactInteraction,
    ContactInteractionRequest,
    interaction_shown,
)
from api.contracts.relationships.types import InteractionType
from domain.record import Said
from projections.timeline.document import document, redacted_document
from tests.api.ledger_documents import ANN, entity_of
from tests.domain import anything
from tests.domain.samples import NOW, record

OWN_TYPES = get_args(InteractionType)


def shown(text: str) -> dict[str, Any]:
    return interaction_shown(from_json(text), ANN)


@for_any(anything.records())
def test_every_record_can_be_shown(recorded):
    answer = shown(document(entity_of(recorded)))
    ContactInteraction.model_validate(answer)
    assert answer["description"]


@for_any(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(OWN_TYPES),
            "description": st.text(min_size=1, max_size=20).filter(str.strip),
            "outcome": st.none() | st.text(max_size=20),
            "next_action": st.none() | st.text(max_size=20),
            "scheduled_follow_up": st.none() | st.just("2024-01-15T10:00:00Z"),
        }
    )
)
def test_a_sent_interaction_is_shown_as_sent(sent):
    body = ContactInteractionRequest.model_validate(sent)
    answer = shown(document(entity_of(body.record(NOW))))
    assert {name: answer[name] for name in sent} == sent
    assert answer["timestamp"] == "2024-01-10T14:30:00Z"


@for_any(anything.records())
def test_a_redacted_record_says_so_and_shows_nothing_of_its_content(recorded):
    answer = shown(redacted_document(entity_of(recorded)))
    assert answer["redacted"] is True
    assert (answer["description"], answer["outcome"], answer["next_action"]) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "description"),
    [
        (Said(description="d", subject="s", notes="n"), "d"),
        (Said(subject="s", notes="n"), "s"),
        (Said(notes="n", topics=("a", "b")), "n"),
        (Said(topics=("a", "b")), "a, b"),
        (Said(), "call"),
    ],
)
def test_a_record_without_a_description_shows_what_comes_nearest(said: Said, description: str):
    assert shown(document(entity_of(record(said=said))))["description"] == description
