"""One ledger: what is written here reads elsewhere, and the other way round, as the same record."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic_core import from_json

from api.contracts.sites.schemas import InteractionChanges, NewInteraction
from domain.amendment import amended
from domain.kinds import Kind
from domain.record import Record, Said, When
from projections.sites.fields import TYPES, fields_of
from projections.timeline.document import document
from tests.api.contracts.sites.office import FIELDS, MEETING, PATH, Office, interaction
from tests.api.ledger_documents import entity_of
from tests.domain import anything
from tests.domain.samples import NOW

lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = lines.filter(str.strip)
instants = st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.isoformat().replace("+00:00", "Z")
)
"""The values as the site shows them."""

bodies = st.fixed_dictionaries(
    {
        "title": names,
        "type": st.sampled_from(TYPES),
        "lead": names,
        "start_datetime": instants,
        "timezone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        "end_datetime": st.none() | st.just("9999-12-31T23:59:59.999999Z"),
        "location": st.none() | lines,
        "description": st.none() | lines,
        "notes": st.none() | lines,
    }
)


def documented(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = from_json(document(entity_of(record)))
    return found


def shown(record: Record) -> dict[str, Any]:
    return vars(fields_of(documented(record)))


def changed(record: Record, sent: dict[str, Any]) -> Record:
    return amended(record, InteractionChanges.model_validate(sent).fields(documented(record)))


@for_any(bodies)
def test_a_sent_interaction_is_shown_as_sent(sent: dict[str, Any]):
    answer = shown(NewInteraction.model_validate(sent).record())
    assert {name: answer[name] for name in sent} == sent


@for_any(anything.records())
def test_a_read_interaction_sent_back_changes_nothing(record: Record):
    """Also of a record that came through another contract."""
    read = fields_of(documented(record))
    body = InteractionChanges.model_validate(
        {name: value for name, value in vars(read).items() if name in MEETING}
    )
    assert amended(record, body.fields(documented(record))) == record


@for_any(anything.records(), bodies)
def test_an_update_is_shown_as_it_was_sent(record: Record, changes: dict[str, Any]):
    answer = shown(changed(record, changes))
    assert {name: answer[name] for name in changes} == changes


CALL = Record(kind=Kind.CALL, when=When(at=NOW))


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (CALL, {"title": "call", "type": "Meeting"}),
        (CALL, {"title": "call", "description": "Asked for an offer"}),
        (CALL.model_copy(update={"said": Said(description="An offer")}), {"description": None}),
    ],
)
def test_a_title_stays_though_what_it_was_derived_from_changes(
    record: Record, changes: dict[str, Any]
):
    read = shown(record)
    sent = {"title": read["title"]} | changes
    revised = changed(record, sent)
    answer = shown(revised)
    assert {name: answer[name] for name in sent} == sent
    # One that isn't sent doesn't become a part of the record.
    del sent["title"]
    revised = changed(record, sent)
    assert revised.said.subject is None


def test_an_end_that_is_sent_stays_though_the_start_it_was_derived_from_moves():
    record = Record(kind=Kind.CALL, when=When(at=NOW, duration=3600))
    read = shown(record)
    start = (NOW + timedelta(minutes=15)).isoformat().replace("+00:00", "Z")
    sent = {"start_datetime": start, "end_datetime": read["end_datetime"]}
    answer = shown(changed(record, sent))
    assert {name: answer[name] for name in sent} == sent
    # One that isn't sent moves with the start.
    del sent["end_datetime"]
    revised = changed(record, sent)
    assert (revised.when.ends_at, revised.when.duration) == (None, 3600)


def native_of(office: Office, number: int) -> dict[str, Any]:
    found: dict[str, Any] = office.native.get(f"/api/interactions/{number}").json()
    return found


def test_an_interaction_written_here_reads_natively(office: Office):
    made = office.create()
    expected = {
        "number": made["id"],
        "contactId": None,
        "interactionType": "meeting",
        "date": MEETING["start_datetime"],
        "duration": 90,
        "location": MEETING["location"],
        "notes": MEETING["notes"],
        "contract": "sites",
        "word": "Meeting",
        "timezone": MEETING["timezone"],
        "endDate": MEETING["end_datetime"],
        "subject": MEETING["title"],
        "description": MEETING["description"],
        "lead": MEETING["lead"],
    }
    native = native_of(office, made["id"])
    assert {name: native[name] for name in expected} == expected


@pytest.mark.parametrize("kind", TYPES)
def test_a_native_update_keeps_what_was_recorded_here(office: Office, kind: str):
    made = office.create(type=kind)
    changes = {"sentiment": "positive", "topicsDiscussed": ["price"], "followUpNeeded": True}
    path = f"/api/interactions/{made['id']}"
    assert office.native.put(path, json=changes).status_code == 200
    read = office.read(made["id"])
    assert read == made | {"updated_by": 5, "updated_at": read["updated_at"]}
    assert office.native.put(path, json=native_of(office, made["id"])).status_code == 200
    assert office.read(made["id"]) == read


def test_an_update_here_keeps_what_was_recorded_natively(office: Office):
    contact = office.native.post("/api/contacts", json={"name": "Ann Lee"}).json()["id"]
    said = {
        "contactId": contact,
        "interactionType": "coffee",
        "date": "2024-01-05T10:00:00Z",
        "duration": 45,
        "topicsDiscussed": ["price"],
        "sentiment": "positive",
        "followUpNotes": "Call",
        "participants": ["Ben"],
        "tags": ["vip"],
    }
    number = office.native.post("/api/interactions", json=said).json()["number"]
    read = office.read(number)
    assert [read[name] for name in ("title", "type", "lead", "timezone", "end_datetime")] == [
        "coffee",
        "Meeting",
        "John Smith",
        "UTC",
        "2024-01-05T10:45:00Z",
    ]
    sent_back = read | {"location": "Café", "start_datetime": "2024-01-05T11:00:00Z"}
    sent_back["end_datetime"] = "2024-01-05T11:45:00Z"
    changed = interaction(office.worker.put(f"{PATH}/{number}", json=sent_back))
    assert list(changed) == FIELDS
    native = native_of(office, number)
    moved = {"location": "Café", "date": "2024-01-05T11:00:00Z", "endDate": "2024-01-05T11:45:00Z"}
    expected = said | moved
    assert {name: native[name] for name in expected} == expected
    assert not {"subject", "lead", "timezone"} & set(native)


def test_a_record_moved_to_the_future_is_planned_for_everybody(office: Office):
    contact = office.native.post("/api/contacts", json={"name": "Ann Lee"}).json()["id"]
    said = {"contactId": contact, "interactionType": "call", "date": "2024-01-05T10:00:00Z"}
    number = office.native.post("/api/interactions", json=said).json()["number"]

    def last_contacted() -> object:
        return office.native.get(f"/api/contacts/{contact}").json()["lastContacted"]

    def total() -> object:
        return office.native.get("/api/analytics/interactions").json()["totalInteractions"]

    assert (last_contacted(), total()) == ("2024-01-05T10:00:00Z", 1)
    moved = {"start_datetime": "2999-01-01T00:00:00Z"}
    assert interaction(office.worker.put(f"{PATH}/{number}", json=moved))
    assert (last_contacted(), total()) == (None, 0)
    assert native_of(office, number)["date"] == moved["start_datetime"]
    # A native correction of something else leaves it planned.
    path = f"/api/interactions/{number}"
    assert office.native.put(path, json={"notes": "Bring the map"}).status_code == 200
    assert office.read(number)["start_datetime"] == moved["start_datetime"]
    back = {"start_datetime": "2024-01-06T10:00:00Z"}
    assert interaction(office.worker.put(f"{PATH}/{number}", json=back))
    assert (last_contacted(), total()) == ("2024-01-06T10:00:00Z", 1)
