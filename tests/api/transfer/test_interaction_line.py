"""A record is restored from its document."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.transfer.lines import command_of
from application.entity import Entity
from application.envelope import Actor, Envelope
from application.interactions import ImportInteraction
from domain.interaction import Interaction
from domain.record import Record
from domain.streams import StreamName
from projections.timeline.document import document
from tests.api.transfer.samples import records

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
ENVELOPE = Envelope(ID, datetime(2026, 1, 1, tzinfo=UTC), Actor(id="5", name="Jo"), "tracking", "r")


def line_of(record: Record, contact_id: UUID | None = None) -> bytes:
    state = Interaction(1, contact_id, record)
    entity = Entity(StreamName("1", "interaction", ID), state, 1, 1, ENVELOPE, ENVELOPE)
    return b'{"type":"interaction",' + document(entity).encode()[1:]


@given(records, st.none() | st.uuids())
def test_every_record_survives_being_a_line(record, contact_id):
    _, command = command_of(line_of(record, contact_id), "1")

    assert isinstance(command, ImportInteraction)
    assert (command.interaction_id, command.contact_id) == (ID, contact_id)
    assert line_of(command.record, contact_id) == line_of(record, contact_id)
