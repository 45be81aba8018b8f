"""Every event there ever was fits the schema of its type, which is the one that was reviewed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from domain.contact import Details
from domain.event import Changes, Event
from domain.interaction import InteractionAmended, Written
from domain.record import Record
from infrastructure.log.codec import UPCASTERS, decode
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_types import REDACTABLE, TYPES
from infrastructure.publishing.json_schema import paths, published
from projections.read_model import Step
from tests.descriptions.schemas import COMMITTED, PUBLISHED, Incompatible, generated, write
from tests.infrastructure.log.golden_events import GOLDEN, topic_of
from tests.infrastructure.publishing.golden_steps import BASE_URL, golden_steps, step

REFRESH = "if the change is meant: .venv/bin/python -m tests.descriptions"
STORED = sorted(file.name for file in GOLDEN.glob("*.json"))
STEPS = [pytest.param(one, hidden, id=name) for name, one, hidden in golden_steps()]


def check(event_type: str, data: bytes) -> None:
    """Raises jsonschema_rs.ValidationError."""
    text = published()[f"{event_type}.json"]
    validator = jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True)
    validator.validate(json.loads(data))


def test_every_type_is_published_once():
    assert dict(TYPES) == Event.registry


def test_only_a_base_of_other_events_has_no_type():
    def leaves(cls: type[Event]) -> Iterator[type[Event]]:
        below = cls.__subclasses__()
        yield from (leaf for one in below for leaf in leaves(one)) if below else [cls]

    assert set(leaves(Event)) == set(TYPES.values())


@pytest.mark.parametrize("name", generated())
def test_the_committed_schema_is_the_one_of_the_class(name: str):
    assert (COMMITTED / name).exists(), REFRESH
    assert (COMMITTED / name).read_text() == generated()[name], REFRESH


def test_a_type_that_is_no_longer_written_keeps_its_schema():
    assert set(published()) == {f"{name}.json" for name in (*PUBLISHED, *UPCASTERS)}


@pytest.mark.parametrize("name", generated())
def test_a_schema_is_one(name: str):
    assert jsonschema_rs.meta.is_valid(json.loads(generated()[name]))


@pytest.mark.parametrize("file", STORED)
def test_every_event_ever_stored_fits_the_schema_of_today(file: str):
    event, envelope = decode(topic_of(file), (GOLDEN / file).read_bytes())
    told = step(event, envelope)
    check(event.type, cloud_event(told.recorded, hidden=False, base_url=BASE_URL).data)
    if type(event) in REDACTABLE:
        check(event.type, cloud_event(told.recorded, hidden=True, base_url=BASE_URL).data)
    if isinstance(event, Written | InteractionAmended):
        deleted = cloud_event(told.recorded, hidden=True, base_url=BASE_URL, withheld=True)
        check(event.type, deleted.data)


@pytest.mark.parametrize(("one", "hidden"), STEPS)
def test_the_schema_names_everything_that_is_published(one: Step, hidden: bool):
    event = cloud_event(one.recorded, hidden=hidden, base_url=BASE_URL)
    closed = _closed(json.loads(published()[f"{event.attributes['type']}.json"]))
    jsonschema_rs.validate(closed, json.loads(event.data))


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"number":"1","record":{"kind":"call","when":{"at":"2024-01-10T14:30:00Z"}}}',
        b'{"number":1,"record":{"kind":"call"}}',
        b'{"number":1,"record":{"kind":"chat","when":{"at":"2024-01-10T14:30:00Z"}}}',
        b'{"number":1,"record":{"kind":"call","when":{"at":"yesterday"}}}',
        b'{"number":1,"record":{"kind":"call","word":null,"when":{"at":"2024-01-10T14:30:00Z"}}}',
        b'{"number":1,"redacted":false,"record":{"kind":"call","when":{"at":"2024-01-10T14:30:00Z"}}}',
    ],
)
def test_the_schema_tells_what_is_no_such_event(wrong: bytes):
    with pytest.raises(jsonschema_rs.ValidationError):
        check("kith.interaction.logged.v1", wrong)


def test_every_published_field_is_explained():
    for made in map(json.loads, generated().values()):
        values = {made["title"]: made} | made.get("$defs", {})
        for name, value in values.items():
            assert "properties" in value or "enum" in value or name in TYPES
            for field, shown in value.get("properties", {}).items():
                assert "description" in shown, f"{name}: {field}"


def test_every_field_that_changes_is_named():
    changes = {one for one in TYPES.values() if "changes" in one.model_fields}
    assert changes == {one for one in TYPES.values() if issubclass(one, Changes)}
    assert list(paths(Details)) == ["name", "email", "phone", "company", "title", "tags"]
    assert {"kind", "when.endsAt", "mail", "mail.inReplyTo"} < set(paths(Record))
    assert not {"when", "said", "people"} & set(paths(Record))


def _closed(value: Any) -> Any:
    """The schema, allowing nothing but what it names."""
    match value:
        case dict():
            closed = {name: _closed(inner) for name, inner in value.items()}
            if "properties" in value and value.get("type") == "object":
                closed["additionalProperties"] = False
            return closed
        case list():
            return [_closed(inner) for inner in value]
    return value


def test_a_published_type_is_not_changed_under_its_consumers(tmp_path: Path):
    write(tmp_path)
    name = "kith.contact.added.v1.json"
    older = json.loads((tmp_path / name).read_text())
    older["properties"]["fax"] = {"type": "string"}
    (tmp_path / name).write_text(json.dumps(older))
    with pytest.raises(Incompatible, match="/properties/fax"):
        write(tmp_path)


def test_a_field_may_come_to_be(tmp_path: Path):
    write(tmp_path)
    name = "kith.contact.added.v1.json"
    older = json.loads((tmp_path / name).read_text())
    del older["$defs"]["Details"]["properties"]["phone"]
    older["description"] = "said otherwise"
    (tmp_path / name).write_text(json.dumps(older))
    write(tmp_path)
    assert (tmp_path / name).read_text() == generated()[name]


@pytest.mark.parametrize(
    "changed",
    [
        {"required": ["number"]},
        {"required": ["number", "details", "ownerId", "colour"]},
        {"type": "array"},
        {"additionalProperties": False},
    ],
)
def test_an_incompatible_change_of_a_schema_is_refused(tmp_path: Path, changed: dict[str, Any]):
    write(tmp_path)
    file = tmp_path / "kith.contact.added.v1.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    with pytest.raises(Incompatible):
        write(tmp_path)
