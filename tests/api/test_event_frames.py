"""The bytes of a stream, which clients in other languages rely on."""

import json
from pathlib import Path

from api.streams.frames import frame, note
from domain.interaction import InteractionLogged
from domain.record import Labels, Said
from infrastructure.publishing.event_redaction import RestrictedEvent
from tests.infrastructure.log.golden_values import CONTACT, RECORD
from tests.infrastructure.publishing.golden_steps import BASE_URL, step

GOLDEN = Path(__file__).parent / "golden" / "events.sse"


def stream() -> bytes:
    """A feed: its beginning, an event, the same event redacted and opened, and notes."""
    record = RECORD.model_copy(update={"labels": Labels(restricted=("tax",))})
    event = step(InteractionLogged(number=1, contact_id=CONTACT, record=record))
    told = RestrictedEvent(event.recorded, frozenset({"tax"}))
    return b"".join(
        [
            note(17, retry=1000),
            frame(RestrictedEvent(event.recorded, frozenset()), frozenset(), BASE_URL),
            frame(told, frozenset({"law"}), BASE_URL),
            frame(told, frozenset({"law", "tax"}), BASE_URL),
            note(42, "caught up"),
            note(43, "heartbeat"),
        ]
    )


def test_the_bytes_of_a_stream_stay_as_they_are():
    assert stream() == GOLDEN.read_bytes()


def test_an_event_is_one_line_whatever_a_client_takes_for_the_end_of_one():
    notes = "".join(map(chr, range(1, 0x100))) + "\u2028\u2029"
    record = RECORD.model_copy(update={"said": Said(notes=notes)})
    event = step(InteractionLogged(number=1, contact_id=CONTACT, record=record))
    lines = (
        frame(RestrictedEvent(event.recorded, frozenset()), frozenset(), BASE_URL)
        .decode()
        .splitlines()
    )
    assert [line.split(":")[0] for line in lines] == ["event", "data", "id", ""]
    data = json.loads(lines[1].removeprefix("data: "))
    assert data["data"]["record"]["said"]["notes"] == notes


def test_an_event_is_one_line_of_data():
    assert stream().count(b"\ndata: ") == stream().count(b"\nid: 42\n\n") - 1 == 3
