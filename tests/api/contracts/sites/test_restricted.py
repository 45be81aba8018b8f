"""Restricted content is neither shown nor found nor sorted by, unless its tag is opened."""

from typing import Any

import pytest

from domain.kinds import Kind
from domain.record import Labels, People, Place, Record, Said, When
from tests.api.contracts.sites.office import PATH, TRUSTED, Office, error, interaction
from tests.api.restricted import write
from tests.domain.samples import HOUR, NOW

SECRET = "Aardvark"
OPEN = {"tags": "immigration"}


@pytest.fixture
def number(office: Office) -> int:
    """A restricted interaction between two others that have titles around its own."""
    office.create(title="Aaa", start_datetime="2024-01-08T10:00:00Z", end_datetime=None)
    write(
        office.service,
        office.site,
        Record(
            kind=Kind.CALL,
            said=Said(subject=SECRET, description=f"d {SECRET}", notes=f"n {SECRET}"),
            when=When(at=NOW - HOUR, ends_at=NOW),
            place=Place(location="Room 3"),
            people=People(lead="Ann Lee"),
            labels=Labels(restricted=("immigration",)),
        ),
    )
    (found,) = office.found(location="room 3")
    return found


def read(office: Office, number: int, **query: Any) -> dict[str, Any]:
    return interaction(office.caller(*TRUSTED).get(f"{PATH}/{number}", params=query))


def test_a_reader_without_the_tag_sees_a_redacted_interaction(office: Office, number: int):
    shown = read(office, number)
    hidden = ("title", "description", "notes", "end_datetime")
    assert [shown[name] for name in hidden] == ["call", None, None, None]
    assert (shown["type"], shown["lead"], shown["location"]) == ("Call", "Ann Lee", "Room 3")
    listed = office.worker.get(PATH).json()["data"]["interactions"]
    assert [one for one in listed if one["id"] == number] == [shown]
    assert shown.pop("redacted") is True
    opened = read(office, number, **OPEN)
    assert opened == shown | {
        "title": SECRET,
        "description": f"d {SECRET}",
        "notes": f"n {SECRET}",
        "end_datetime": "2024-01-10T14:30:00Z",
    }


def test_a_redacted_read_with_another_type_can_be_sent_back(office: Office):
    labels = Labels(restricted=("immigration",))
    untitled = Record(kind=Kind.CALL, when=When(at=NOW - HOUR), labels=labels)
    write(office.service, office.site, untitled)
    (number,) = office.found()
    changes = read(office, number) | {"type": "Meeting"}
    changed = interaction(office.worker.put(f"{PATH}/{number}", json=changes))
    assert (changed["title"], changed["type"]) == ("meeting", "Meeting")


def test_a_hidden_title_matches_no_search(office: Office, number: int):
    for query in ({"search": "aardvark"}, {"title": "AARD"}, {"search": "d a"}):
        assert office.found(*TRUSTED, **query) == []
        assert office.found(*TRUSTED, **query, **OPEN) == [number]
    for query in ({"search": "call"}, {"title": "call"}):
        assert office.found(*TRUSTED, **query) == [number]
    assert office.found(*TRUSTED, title="call", **OPEN) == []


@pytest.mark.parametrize("name", ["title", "description", "notes", "end_datetime"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_no_order_tells_what_is_hidden(office: Office, number: int, name: str, direction: str):
    order = {"sort_by": name, "sort_direction": direction}
    before = office.found(**order)
    other = {"title": "Zebra", "description": "Zebra", "notes": "Zebra"}
    trusted = office.caller(*TRUSTED)
    later = other | {"end_datetime": "2024-02-01T10:00:00Z"}
    assert trusted.put(f"{PATH}/{number}", json=later, params=OPEN).status_code == 200
    assert office.found(**order) == before


def test_an_update_without_the_tag_keeps_hidden_fields(office: Office, number: int):
    shown = read(office, number)
    moved = {"start_datetime": "2024-01-09T10:00:00Z", "location": "Room 4"}
    changed = interaction(office.worker.put(f"{PATH}/{number}", json=shown | moved))
    assert changed["location"] == "Room 4"
    opened = read(office, number, **OPEN)
    assert (opened["title"], opened["notes"]) == (SECRET, f"n {SECRET}")
    assert (opened["start_datetime"], opened["end_datetime"]) == (
        "2024-01-09T10:00:00Z",
        "2024-01-09T11:00:00Z",
    )


@pytest.mark.parametrize("name", ["title", "description", "notes"])
@pytest.mark.parametrize("value", ["Guess", SECRET])
def test_a_hidden_field_cant_be_overwritten_unseen(
    office: Office, number: int, name: str, value: str
):
    response = office.worker.put(f"{PATH}/{number}", json={name: value})
    assert error(response, 403)["code"] == "RESTRICTED"
    trusted = office.caller(*TRUSTED)
    assert trusted.put(f"{PATH}/{number}", json={name: "Known"}, params=OPEN).status_code == 200
    assert read(office, number, **OPEN)[name] == "Known"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_naming_a_tag_needs_its_permission(office: Office, number: int, method: str):
    path = PATH if method == "POST" else f"{PATH}/{number}"
    body: dict[str, Any] | None = {} if method in ("POST", "PUT") else None
    for address in (path, PATH) if method == "GET" else (path,):
        response = office.worker.request(method, address, params=OPEN, json=body)
        assert error(response, 403)["message"] == ("Insufficient permissions: tag:<name> required")
    assert read(office, number)["title"] == "call"
