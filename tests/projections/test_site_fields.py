"""A record in the words of a site: its own exactly, those of other contracts by the nearest."""

from typing import Any

import pytest
from hypothesis import given as for_any
from pydantic_core import from_json

from domain.kinds import Kind
from domain.record import Labels, People, Place, Record, Said, When
from projections.sites.fields import KINDS, NEAREST, TYPES, InteractionFields, fields_of
from projections.timeline.document import document, redacted_document
from tests.api.ledger_documents import entity_of
from tests.domain import anything
from tests.domain.samples import HOUR, NOW, record


def fields(**parts: Any) -> InteractionFields:
    return fields_of(from_json(document(entity_of(record(**parts)))))


def redacted(**parts: Any) -> InteractionFields:
    parts["labels"] = Labels(restricted=("immigration",))
    return fields_of(from_json(redacted_document(entity_of(record(**parts)))))


def of_kind(kind: Kind, word: str | None) -> InteractionFields:
    one = Record(kind=kind, word=word, when=When(at=NOW - HOUR))
    return fields_of(from_json(document(entity_of(one))))


def test_every_kind_has_a_nearest_type_and_every_type_is_a_kind_of_its_own():
    assert set(NEAREST) == set(Kind)
    assert set(NEAREST.values()) == set(KINDS) == set(TYPES)
    for word, kind in KINDS.items():
        assert NEAREST[kind] == word


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("word", [None, "Zoom", "meeting"])
def test_a_foreign_word_becomes_the_nearest_type(kind: Kind, word: str | None):
    assert of_kind(kind, word).type == NEAREST[kind]


@pytest.mark.parametrize("word", TYPES)
def test_a_word_of_its_own_is_echoed(word: str):
    assert of_kind(KINDS[word], word).type == word


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (Said(subject="S", description="D"), "S"),
        (Said(description="D" * 100), "D" * 80),
        (Said(subject=" ", description="\n D \n"), "D"),
        (Said(subject="", description=" "), "call"),
        (Said(notes="N"), "call"),
    ],
)
def test_a_record_without_a_title_gets_one(said: Said, title: str):
    assert fields(said=said).title == title


@pytest.mark.parametrize(
    ("people", "lead"),
    [(People(lead="Ann"), "Ann"), (People(lead=" "), "John Smith"), (People(), "John Smith")],
)
def test_a_record_without_a_lead_was_led_by_who_made_it(people: People, lead: str):
    assert fields(people=people).lead == lead


@pytest.mark.parametrize(
    ("when", "zone", "end"),
    [
        (When(at=NOW), "UTC", None),
        (When(at=NOW, zone="Europe/Berlin"), "Europe/Berlin", None),
        (When(at=NOW, ends_at=NOW + HOUR), "UTC", "2024-01-10T15:30:00Z"),
        (When(at=NOW, duration=90), "UTC", "2024-01-10T14:31:30Z"),
        (When(at=NOW, duration=0), "UTC", "2024-01-10T14:30:00Z"),
        (When(at=NOW, duration=2**40), "UTC", None),
    ],
)
def test_a_record_with_a_duration_ends_after_it(when: When, zone: str, end: str | None):
    one = fields_of(from_json(document(entity_of(Record(kind=Kind.CALL, when=when)))))
    assert (one.timezone, one.end_datetime) == (zone, end)


@for_any(anything.records())
def test_every_record_can_be_shown(recorded: Record):
    for text in (document, redacted_document):
        one = fields_of(from_json(text(entity_of(recorded))))
        assert one.title.strip()
        assert one.lead.strip()
        assert one.type in TYPES
        assert one.timezone
        assert (one.updated_by, one.updated_at) == (None, None)


def test_a_restricted_record_derives_nothing_from_hidden_fields():
    one = redacted(said=Said(subject="Secret", description="Secret", notes="Secret"))
    assert (one.title, one.description, one.notes, one.end_datetime) == ("call", None, None, None)
    assert redacted(place=Place(location="Room 3")).location == "Room 3"
