"""The row of a tactic is the same however its stream was folded."""

from datetime import UTC, datetime
from uuid import UUID

from application.catalogue import ORIGIN
from application.entity import Entity, Recorded, advance
from application.envelope import Actor, Envelope
from domain.event import Event
from domain.streams import StreamName
from domain.tactic import BUILT_IN_SINCE, Tactic, TacticAdded, TacticHidden
from projections.catalogue.tactics import TACTICS
from projections.read_model import Put, Step
from tests.domain.test_tactic import LISTENING, OWN, WALKING

AT = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)


def row(identity: UUID, event: Event, before: Entity | None):
    stream = StreamName("t", Tactic.kind, identity)
    envelope = Envelope(UUID(int=1), AT, Actor(id="5", name="John"), "tracking", "req-1")
    recorded = Recorded(stream, 1, 9, event, envelope)
    (put,) = TACTICS.project(Step(recorded, before, advance(before, recorded)))
    assert isinstance(put, Put)
    (written,) = put.rows
    return written


def test_a_built_in_tactic_is_as_old_as_the_catalogue_in_the_append_as_in_a_rebuild():
    stream = StreamName("t", Tactic.kind, LISTENING)
    untouched = Entity(stream, Tactic.built_in(LISTENING), 0, 0, ORIGIN, ORIGIN)
    hidden = TacticHidden(tactic_id=LISTENING)
    appended, rebuilt = row(LISTENING, hidden, untouched), row(LISTENING, hidden, None)
    assert appended == rebuilt
    assert (appended["created_at"], appended["updated_at"]) == (BUILT_IN_SINCE, AT)
    assert (appended["hidden"], appended["position"]) == (True, 9)


def test_a_tenants_own_is_as_old_as_its_first_event():
    written = row(OWN, TacticAdded(tactic_id=OWN, guidance=WALKING), None)
    assert (written["created_at"], written["name"]) == (AT, "Walking Together")
