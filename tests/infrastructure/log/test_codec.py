"""From events to what is stored and back, whatever is in them and however old they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from hypothesis import given as for_any
from hypothesis import strategies as st

from application.entity import Recorded
from application.envelope import Actor, Envelope
from domain.contact import ContactAdded, ContactRemoved, Details
from domain.interaction import InteractionLogged
from domain.streams import StreamName
from infrastructure.log.codec import UPCASTERS, decode, encode, encode_data
from infrastructure.log.recorder import EventMapper
from tests.domain import anything
from tests.infrastructure.log.golden_events import stored
from tests.infrastructure.log.golden_values import BARE_ENVELOPE, ENVELOPE

maybe_text = st.none() | st.text(min_size=1, max_size=8)
envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    time=st.datetimes(timezones=st.just(UTC)),
    actor=st.fixed_dictionaries(
        {
            "id": st.text(),
            "name": st.text(),
            "given_name": st.none() | st.text(),
            "number": st.none() | anything.sixty_four_bits,
            "permissions": anything.some(st.text(max_size=5)),
        }
    ).map(lambda parts: Actor(**parts)),
    contract=st.text(max_size=8),
    correlation=st.text(max_size=8),
    causation=st.none() | st.uuids(),
    key=maybe_text,
)
interactions = st.builds(
    lambda number, contact_id, record: InteractionLogged(
        number=number, contact_id=contact_id, record=record
    ),
    anything.sixty_four_bits,
    st.none() | st.uuids(),
    anything.records(),
)


@for_any(interactions, envelopes)
def test_a_stored_event_decodes_to_itself(event: InteractionLogged, envelope: Envelope):
    assert decode(event.type, stored(event, envelope)) == (event, envelope)


def test_the_name_of_what_is_stored_is_the_published_one():
    assert ContactAdded.type == "kith.contact.added.v1"
    mapped = EventMapper.to_stored_event(_mapper(), _recorded(ContactRemoved()))
    assert mapped.topic == "kith.contact.removed.v1"


def test_the_library_reads_what_we_store():
    recorded = _recorded(ContactAdded(number=1, details=Details(name="Ann"), owner_id="5"))
    mapped = _mapper().to_stored_event(recorded)
    assert _mapper().to_domain_event(mapped) == recorded


@pytest.mark.parametrize(
    ("topic", "state"),
    [
        ("kith.contact.vanished.v1", stored(ContactRemoved(), ENVELOPE)),
        ("kith.contact.removed.v1", b""),
        ("kith.contact.removed.v1", b"\xff\xfe"),
        ("kith.contact.removed.v1", b"[]"),
        ("kith.contact.removed.v1", b"null"),
        ("kith.contact.removed.v1", b"{}"),
        ("kith.contact.removed.v1", b'{"data":null}'),
        ("kith.contact.added.v1", stored(ContactRemoved(), ENVELOPE)),
        ("kith.made-up.v1", b"[]"),
        ("kith.made-up.v1", b"{}"),
        ("kith.made-up.v1", stored(ContactRemoved(), ENVELOPE)),
    ],
)
def test_an_undecodable_event_is_a_value_error(topic: str, state: bytes):
    """Readers skip over one, or park its stream, by this error alone."""
    with made_up_upcaster(), pytest.raises(ValueError):  # noqa: PT011 - any message will do
        decode(topic, state)
    with made_up_upcaster(), pytest.raises(MapperDeserialisationError):
        _mapper().to_domain_event(StoredEvent(f"t/contact/{uuid4()}", 1, topic, state))


# Upcasting: a made-up older form of ContactAdded had a flat list of fields and no owner


def to_v0b(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "kith.made-up.v1b", {"number": data["no"], "name": data["fullName"]}


def to_v1(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    details = {"name": data["name"]}
    return ContactAdded.type, {"number": data["number"], "details": details, "ownerId": "unknown"}


class made_up_upcaster:  # noqa: N801 - it reads as a word
    def __enter__(self) -> None:
        UPCASTERS["kith.made-up.v1"] = to_v0b
        UPCASTERS["kith.made-up.v1b"] = to_v1

    def __exit__(self, *_: object) -> None:
        del UPCASTERS["kith.made-up.v1"], UPCASTERS["kith.made-up.v1b"]


@pytest.fixture
def upcasters() -> Iterator[None]:
    with made_up_upcaster():
        yield


@pytest.mark.usefixtures("upcasters")
def test_an_older_form_is_read_as_the_current_one_step_by_step():
    old = encode(BARE_ENVELOPE, '{"no":3,"fullName":"Ann"}').encode()
    event, envelope = decode("kith.made-up.v1", old)
    assert event == ContactAdded(number=3, details=Details(name="Ann"), owner_id="unknown")
    assert envelope == BARE_ENVELOPE


@pytest.mark.usefixtures("upcasters")
def test_an_older_form_keeps_who_and_when():
    old = encode(ENVELOPE, '{"no":3,"fullName":"Ann"}').encode()
    assert decode("kith.made-up.v1", old)[1] == ENVELOPE


def test_a_text_that_no_encoding_has_is_refused_before_it_is_stored():
    event = ContactAdded(number=1, details=Details.model_construct(name="\ud800"), owner_id="5")
    with pytest.raises(ValueError, match="surrogates"):
        encode_data(event)


def _mapper() -> EventMapper:
    from eventsourcing.persistence import JSONTranscoder

    return EventMapper(JSONTranscoder())


def _recorded(event) -> Recorded:
    time = datetime(2024, 1, 1, tzinfo=UTC)
    envelope = BARE_ENVELOPE._replace(time=time)
    return Recorded(StreamName("t", "contact", uuid4()), 1, 0, event, envelope)
