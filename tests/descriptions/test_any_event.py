"""Any record fits the schema once it is published, plain and redacted."""

import json
from functools import cache

import jsonschema_rs
from hypothesis import given

from domain.interaction import Interaction, InteractionLogged
from domain.meeting import Meeting, MeetingCompleted, MeetingScheduled
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.json_schema import published
from projections.read_model import Step
from tests.domain.anything import appointments, outcomes, past, records
from tests.domain.samples import ANN, LOGGED_WITH_IT, NOW
from tests.infrastructure.publishing.golden_steps import BASE_URL
from tests.infrastructure.publishing.test_cloud_events import steps


@cache
def validator(name: str) -> jsonschema_rs.Validator:
    text = json.loads(published()[f"{name}.json"])
    return jsonschema_rs.Draft202012Validator(text, validate_formats=True)


def check(step: Step) -> None:
    for hidden in (False, True):
        event = cloud_event(step.recorded, hidden=hidden, base_url=BASE_URL)
        validator(event.attributes["type"]).validate(json.loads(event.data))


@given(records(past), records(past))
def test_any_record_and_any_amendment_of_it_fit(record, amended):
    logged = InteractionLogged(number=1, contact_id=ANN, record=record)
    events = Interaction.evolve(None, logged).amend(amended, NOW)
    for step in steps("interaction", logged, *events):
        check(step)


@given(appointments, appointments, outcomes)
def test_any_appointment_and_any_outcome_fit(appointment, moved, outcome):
    scheduled = MeetingScheduled(contact_id=ANN, appointment=appointment)
    rescheduled = Meeting.evolve(None, scheduled).reschedule(moved)
    done = MeetingCompleted(contact_id=ANN, interaction_id=LOGGED_WITH_IT, outcome=outcome)
    for step in steps("meeting", scheduled, *rescheduled, done):
        check(step)
