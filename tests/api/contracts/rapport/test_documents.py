"""The ledger's document of any record in the words of this contract, and its own exactly."""

from uuid import UUID

from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic_core import from_json

from api.contracts.rapport.documents import interaction_read, tactic_ids, tactic_logs
from api.contracts.rapport.schemas import CompleteInteraction, InteractionReadWithTactics
from projections.timeline.document import document, redacted_document
from tests.api.ledger_documents import ANN, entity_of
from tests.domain import anything
from tests.domain.samples import NOW, record


def read(text: str):
    document = from_json(text)
    return interaction_read(document, ANN) | {"tactic_logs": tactic_logs(document, {})}


@for_any(anything.records())
def test_every_record_can_be_shown(recorded):
    shown = read(document(entity_of(recorded)))
    InteractionReadWithTactics.model_validate(shown)
    assert len(shown["medium"]) <= 50
    assert len(shown["topic"] or "") <= 500


@for_any(
    st.fixed_dictionaries(
        {"contact_id": st.just(str(ANN)), "interaction_datetime": st.just(NOW.isoformat())},
        optional={
            "medium": st.text(max_size=50),
            "topic": st.none() | st.text(max_size=500),
            "user_notes": st.none() | st.text(max_size=20),
            "rapport_score_post": st.none() | st.integers(1, 10),
            "observed_non_verbal": st.none() | st.text(max_size=20),
        },
    ),
    st.dictionaries(st.uuids(), st.none() | st.integers(1, 5), max_size=3),
)
def test_a_sent_interaction_is_shown_as_sent(interaction, tactics):
    logs = [
        {"tactic_id": str(identity), "effectiveness_score": score, "notes": "é"}
        for identity, score in tactics.items()
    ]
    sent = {"interaction": interaction, "tactic_logs": logs}
    text = document(entity_of(CompleteInteraction.model_validate(sent).record()))
    shown = read(text)
    assert {name: str(shown[name]) for name in interaction} == {
        name: str(value) for name, value in interaction.items()
    }
    assert shown["tactic_logs"] == [log | {"tactic_name": None} for log in logs]
    assert tactic_ids(from_json(text)) == list(tactics)


@for_any(anything.records())
def test_a_redacted_record_says_so_and_shows_nothing_of_its_content(recorded):
    shown = read(redacted_document(entity_of(recorded)))
    assert shown["redacted"] is True
    for name in ("topic", "user_notes", "rapport_score_post", "observed_non_verbal"):
        assert shown[name] is None
    assert shown["tactic_logs"] == []


def test_a_record_of_another_contract_is_put_into_the_nearest_words():
    said = record().said.model_copy(
        update={"topics": ("price", "dates"), "description": "Spoke about it", "notes": None}
    )
    shown = read(document(entity_of(record(said=said))))
    assert (shown["medium"], shown["topic"]) == ("Call", "price, dates")
    assert shown["user_notes"] == "Spoke about it"
    assert shown["interaction_datetime"] == "2024-01-10T13:30:00Z"
    assert UUID(shown["id"])
