"""CloudEvents: the attributes that consumers rely on, and the content that they never see."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat

from application.entity import Entity, Recorded, advance
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended, InteractionLogged
from domain.meeting import MeetingCompleted, MeetingRescheduled, MeetingScheduled
from domain.record import FollowUp, Labels, Said, Service
from domain.streams import StreamName
from infrastructure.publishing.cloud_events import STRUCTURED, CloudEvent, cloud_event, contact_key
from projections.read_model import Step
from tests.domain.samples import ANN, APPOINTMENT, LOGGED_WITH_IT, NOW, OUTCOME, record
from tests.infrastructure.log.golden_values import CONTACT, ENVELOPE, INTERACTION, RECORD
from tests.infrastructure.publishing.golden_steps import BASE_URL, golden_steps, step

GOLDEN = Path(__file__).parent / "golden" / "kith.interaction.logged.v1.json"
LOGGED = InteractionLogged(number=1, contact_id=CONTACT, record=RECORD)
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


def told(step: Step, *, hidden: bool = False) -> CloudEvent:
    return cloud_event(step.recorded, hidden=hidden, base_url=BASE_URL)


def test_the_bytes_of_the_structured_form_stay_as_they_are():
    assert told(step(LOGGED)).json() + b"\n" == GOLDEN.read_bytes()


@pytest.mark.parametrize(
    ("one", "hidden"), [pytest.param(one, hidden, id=name) for name, one, hidden in golden_steps()]
)
def test_the_cloudevents_package_reads_the_structured_form(one: Step, hidden: bool):
    event = told(one, hidden=hidden)
    read = from_structured(HTTPMessage({"content-type": STRUCTURED}, event.json()), JSONFormat())
    envelope = one.recorded.envelope
    assert read.get_specversion() == "1.0"
    assert read.get_id() == str(envelope.id)
    assert read.get_time() == envelope.time
    assert read.get_type() == one.recorded.event.type
    assert read.get_datacontenttype() == "application/json"
    assert read.get_dataschema() == f"{BASE_URL}/schemas/{one.recorded.event.type}.json"
    assert read.get_extension("position") == "42"
    assert read.get_data() == json.loads(event.data)


def test_attributes_have_names_and_values_that_every_carrier_takes():
    for _, one, hidden in golden_steps():
        for name, value in told(one, hidden=hidden).attributes.items():
            assert name.isalnum()
            assert name.islower()
            assert value
            assert value.isascii()


def test_old_and_new_are_given_even_if_they_are_nothing():
    first = InteractionLogged(number=1, record=record(said=Said(notes="one")))
    state = Interaction.evolve(None, first)
    (amended,) = state.amend(record(), NOW)
    event = told(steps("interaction", first, amended)[1])
    assert json.loads(event.data)["changes"] == {"said.notes": {"old": "one", "new": None}}


def test_a_redacted_record_says_nothing_of_what_is_hidden_but_that_it_is():
    (logged,) = steps("interaction", InteractionLogged(number=1, contact_id=ANN, record=SECRET))
    event = told(logged, hidden=True)
    data = json.loads(event.data)
    assert data["redacted"] is True
    assert data["record"]["followUp"] == {"needed": True}
    assert data["record"]["labels"]["restricted"] == ["immigration"]
    assert b"secret" not in event.json()
    assert b"4711" not in event.json()


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
    event = told(steps("interaction", first, amended)[1], hidden=True)
    assert json.loads(event.data)["changes"] == {"followUp.needed": {"old": True, "new": False}}
    assert b"secret" not in event.json()


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
    one = steps("meeting", scheduled, moved, done)[which]
    event = told(one, hidden=True)
    assert b"secret" not in event.json()
    data: Any = json.loads(event.data)
    shown = data.get("appointment") or data.get("changes") or data.get("outcome")
    assert shown
    assert contact_key(one) == str(ANN)
