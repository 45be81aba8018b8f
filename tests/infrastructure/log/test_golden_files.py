"""Stored events stay readable for ever, and their form doesn't change.

A golden file holds exactly the bytes of one stored event; its name is the event's type. See
`golden_events` for how a new one is made, and why an old one is never changed.
"""

import json

import pytest

from domain.event import Event
from infrastructure.log.codec import UPCASTERS, decode
from tests.infrastructure.log.golden_events import GOLDEN, WRITTEN_NOW, stored, topic_of

FILES = sorted(file.name for file in GOLDEN.glob("*.json"))


def test_every_type_of_event_has_a_golden_file():
    assert {f"{name}.json" for name in Event.registry} - set(FILES) == set(), (
        "write it with: python -m tests.infrastructure.log.golden_events"
    )


def test_every_golden_file_is_of_a_type_that_is_known():
    assert {topic_of(file) for file in FILES} <= set(Event.registry) | set(UPCASTERS)


@pytest.mark.parametrize("file", FILES)
def test_a_golden_event_is_read(file: str):
    event, envelope = decode(topic_of(file), (GOLDEN / file).read_bytes())
    assert event.type in Event.registry
    if file in WRITTEN_NOW:
        assert (event, envelope) == WRITTEN_NOW[file]


@pytest.mark.parametrize("file", [file for file in FILES if topic_of(file) in Event.registry])
def test_a_golden_event_is_stored_as_read(file: str):
    event, envelope = decode(topic_of(file), (GOLDEN / file).read_bytes())
    assert stored(event, envelope) == (GOLDEN / file).read_bytes()


@pytest.mark.parametrize("file", WRITTEN_NOW)
def test_an_event_of_today_is_stored_as_its_golden_file(file: str):
    assert stored(*WRITTEN_NOW[file]) == (GOLDEN / file).read_bytes()


@pytest.mark.parametrize("file", FILES)
def test_fields_are_published_in_camel_case_and_never_null(file: str):
    data = json.loads((GOLDEN / file).read_bytes())["data"]
    changes = data.pop("changes", {})  # old and new are values: null is one of them
    assert all("_" not in name for name in _names(data) | _names(list(changes.values())))
    assert None not in _values(data)


def _names(value: object) -> set[str]:
    match value:
        case dict():
            return set(value).union(*map(_names, value.values()))
        case list():
            return set().union(*map(_names, value))
    return set()


def _values(value: object) -> list[object]:
    match value:
        case dict():
            return [leaf for inner in value.values() for leaf in _values(inner)]
        case list():
            return [leaf for inner in value for leaf in _values(inner)]
    return [value]
