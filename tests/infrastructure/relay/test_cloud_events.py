"""The bytes of messages: what consumers in other languages rely on, and what they never see."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from application.entity import Entity, Recorded, advance
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended, InteractionLogged
from domain.meeting import MeetingCompleted, MeetingRescheduled, MeetingScheduled
from domain.record import FollowUp, Labels, Said, Service
from domain.streams import StreamName
from infrastructure.relay.cloud_events import Message
from infrastructure.relay.cloud_events import message as kafka_message
from projections.model import Step
from tests.domain.samples import ANN, APPOINTMENT, LOGGED_WITH_IT, NOW, OUTCOME, record
from tests.infrastructure.eventstore.golden_events import CONTACT, ENVELOPE, INTERACTION, RECORD

GOLDEN = Path(__file__).parent / "golden" / "kith.interaction.logged.v1.kafka"
SECRET = record(
    said=Said(notes="visa secret"),
    service=Service(service_id=4711),
    follow_up=FollowUp(needed=True, notes="call secret"),
    labels=Labels(restricted=("immigration",)),
)


def steps(kind: str, *events: Event, id: UUID = INTERACTION) -> list[Step]:
    found: list[Step] = []
    before: Entity | None = None
    for version, event in enumerate(events, 1):
        recorded = Recorded(StreamName("7", kind, id), version, 41 + version, event, ENVELOPE)
        after = advance(before, recorded)
        found.append(Step(recorded, before, after))
        before = after
    return found


def written(sent: Message) -> bytes:
    """Key, headers and value as a file: one line each, as they are."""
    lines = [sent.key, *[name.encode() + b": " + value for name, value in sent.headers], sent.value]
    return b"\n".join(lines) + b"\n"


def message(step: Step, *, hidden: bool = False) -> Message:
    return kafka_message(step, hidden=hidden, base_url="https://kith.example.com")


def logged() -> Message:
    (step,) = steps("interaction", InteractionLogged(number=1, contact_id=CONTACT, record=RECORD))
    return message(step)


def test_the_bytes_of_a_message_stay_as_they_are():
    assert written(logged()) == GOLDEN.read_bytes()


def test_the_cloudevents_package_reads_it():
    key, value, headers = logged()
    event = from_binary(KafkaMessage(dict(headers), key, value), JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(ENVELOPE.id)
    assert event.get_source() == "/kith/7"
    assert event.get_type() == "kith.interaction.logged.v1"
    assert event.get_subject() == f"interaction/{INTERACTION}"
    assert event.get_time() == ENVELOPE.time
    assert event.get_datacontenttype() == "application/json"
    assert {
        name: event.get_extension(name)
        for name in ("position", "sequence", "tenant", "correlationid", "causationid")
    } == {
        "position": "42",
        "sequence": "1",
        "tenant": "7",
        "correlationid": "req-1",
        "causationid": str(ENVELOPE.causation),
    }
    data: Any = event.get_data()
    assert data["record"]["said"]["subject"] == RECORD.said.subject


def test_old_and_new_are_given_even_if_they_are_nothing():
    first = InteractionLogged(number=1, record=record(said=Said(notes="one")))
    state = Interaction.evolve(None, first)
    (amended,) = state.amend(record(), NOW)
    sent = message(steps("interaction", first, amended)[1])
    assert json.loads(sent.value)["changes"] == {"said.notes": {"old": "one", "new": None}}


def test_a_redacted_record_says_nothing_of_what_is_hidden_but_that_it_is():
    (step,) = steps("interaction", InteractionLogged(number=1, contact_id=ANN, record=SECRET))
    sent = message(step, hidden=True)
    data = json.loads(sent.value)
    assert data["redacted"] is True
    assert data["record"]["followUp"] == {"needed": True}
    assert data["record"]["labels"]["restricted"] == ["immigration"]
    assert b"secret" not in written(sent)
    assert b"4711" not in written(sent)


def test_a_redacted_amendment_tells_only_what_everybody_may_see():
    first = InteractionLogged(number=1, contact_id=ANN, record=SECRET)
    new = SECRET.model_copy(
        update={
            "said": Said(notes="another secret"),
            "follow_up": FollowUp(needed=False, notes="more secret"),
            "service": Service(),
        }
    )
    (amended,) = Interaction.evolve(None, first).amend(new, NOW)
    assert isinstance(amended, InteractionAmended)
    sent = message(steps("interaction", first, amended)[1], hidden=True)
    assert json.loads(sent.value)["changes"] == {"followUp.needed": {"old": True, "new": False}}
    assert b"secret" not in written(sent)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_meeting_whose_interaction_is_restricted_says_when_and_who_only(which: int):
    secret = APPOINTMENT.model_copy(
        update={"purpose": "a secret", "agenda_items": ("secret",), "preparation_notes": "secret"}
    )
    scheduled = MeetingScheduled(contact_id=ANN, appointment=secret)
    moved = MeetingRescheduled.model_validate(
        {
            "contactId": ANN,
            "changes": {
                "purpose": {"old": "a secret", "new": "secrets"},
                "location": {"old": "Room 3", "new": "Room 4"},
            },
        }
    )
    outcome = OUTCOME.model_copy(update={"outcomes": "secret", "next_steps": "secret"})
    done = MeetingCompleted(contact_id=ANN, interaction_id=LOGGED_WITH_IT, outcome=outcome)
    step = steps("meeting", scheduled, moved, done)[which]
    sent = message(step, hidden=True)
    assert b"secret" not in written(sent)
    data = json.loads(sent.value)
    shown = data.get("appointment") or data.get("changes") or data.get("outcome")
    assert shown
    assert sent.key == str(ANN).encode()
