"""Kinds and places in this contract's words, and its facts of any record at all."""

from typing import Any, get_args

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic_core import from_json

from api.contracts.clients import facts
from api.contracts.clients.schemas import InteractionChanges, NewInteraction
from api.contracts.clients.shown import InteractionShown, interaction
from api.contracts.clients.types import LARGEST, clock
from api.contracts.clients.words import NEAREST, InteractionType, word_for
from domain.amendment import amended
from domain.kinds import Kind
from domain.record import Answer, Record, Service
from projections.timeline.document import document, redacted_document
from tests.api.ledger_documents import entity_of
from tests.domain import anything

WORDS = get_args(InteractionType)


# Kinds, both ways


@for_any(st.sampled_from(WORDS), st.sampled_from(Kind))
def test_own_words_are_echoed_and_foreign_words_are_not(word: str, kind: Kind):
    assert word_for(kind, word) == word
    assert word_for(kind, kind.value) in WORDS
    assert word_for(kind, "coffee break") == NEAREST[kind]


# Any record


@for_any(anything.records())
def test_the_redacted_document_tells_nothing_hidden(record: Record):
    told = facts.of_document(from_json(redacted_document(entity_of(record))))
    assert (told.serviceId, told.description, told.duration) == (None, None, None)
    assert told.redacted
    assert told.customQuestions == []


@for_any(anything.records())
def test_every_record_can_be_shown(record: Record):
    InteractionShown.model_validate(interaction(from_json(document(entity_of(record)))))


numbers = st.integers(1, LARGEST)
values = (
    st.booleans()
    | anything.sixty_four_bits
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
)
deliveries = anything.made(
    Service,
    service_id=st.none() | numbers,
    answers=anything.some(anything.made(Answer, question_id=numbers, answer=values)),
)


@for_any(anything.records(), deliveries)
def test_a_shown_interaction_sent_back_changes_nothing(record: Record, delivery: Service):
    """Records with fields beyond this contract: times of the day, places, notes."""
    restricted = tuple(dict.fromkeys(record.labels.restricted))
    labels = record.labels.model_copy(update={"restricted": restricted})
    record = record.model_copy(update={"labels": labels, "service": delivery})
    assert changed(record, shown(record)) == record


# What is written through this contract


encounters = st.fixed_dictionaries(
    {
        "serviceId": numbers,
        "interactionType": st.sampled_from(WORDS),
        "description": st.none() | st.text(max_size=20),
        "dateOfInteraction": st.dates().map(lambda day: day.isoformat()),
        "duration": st.none() | st.integers(1, 360_000 - 1).map(clock),
        "location": st.none() | st.sampled_from(("CUOffice", "consulate", "communityEvent")),
        "customQuestions": st.lists(
            st.fixed_dictionaries(
                {
                    "questionId": numbers,
                    "answer": values,
                }
            ),
            max_size=4,
        ),
    }
)


def changed(record: Record, sent: dict[str, Any]) -> Record:
    body = InteractionChanges.model_validate(sent)
    return amended(record, body.fields(from_json(document(entity_of(record))), ()))


def shown(record: Record) -> dict[str, Any]:
    answer: dict[str, Any] = from_json(
        InteractionShown.model_validate(
            interaction(from_json(document(entity_of(record))))
        ).model_dump_json()
    )
    return answer


@for_any(encounters)
def test_a_sent_interaction_is_shown_as_sent(sent: dict[str, Any]):
    answer = shown(NewInteraction.model_validate(sent).record(()))
    assert {name: answer[name] for name in sent} == sent


@for_any(encounters, encounters)
def test_a_change_makes_it_what_was_sent(first: dict[str, Any], second: dict[str, Any]):
    record = NewInteraction.model_validate(first).record(())
    answer = shown(changed(record, second))
    assert {name: answer[name] for name in second} == second


# Durations


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00:00"),
        (59, "0:00:59"),
        (3600, "1:00:00"),
        (36_000, "10:00:00"),
        (359_999, "99:59:59"),
        (360_000, "100:00:00"),
    ],
)
def test_a_duration_is_written_with_unpadded_hours(seconds: int, text: str):
    assert clock(seconds) == text
