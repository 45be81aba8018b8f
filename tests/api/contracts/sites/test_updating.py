"""Updating merges: what is left out stays, null clears what may be null."""

from typing import Any

import pytest

from tests.api.contracts.sites.office import MEETING, PATH, Office, error, interaction, wrong


def put(office: Office, number: int, **changes: Any) -> dict[str, Any]:
    return interaction(office.worker.put(f"{PATH}/{number}", json=changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Another title"),
        ("type", "Training"),
        ("lead", "Jane Doe"),
        ("start_datetime", "2023-08-15T13:00:00Z"),
        ("start_datetime", "2023-08-14T13:00:00Z"),
        ("timezone", "Europe/Berlin"),
        ("end_datetime", "2023-08-15T16:00:00Z"),
        ("end_datetime", None),
        ("location", "Room B"),
        ("location", None),
        ("description", "Other"),
        ("description", None),
        ("notes", ""),
        ("notes", None),
    ],
)
def test_one_field_changes_and_the_others_stay(office: Office, name: str, value: object):
    made = office.create()
    changed = put(office, made["id"], **{name: value})
    who = {"updated_by": 5, "updated_at": changed["updated_at"]}
    assert changed == made | {name: value} | who
    assert changed["updated_at"] > made["created_at"]
    assert office.read(made["id"]) == changed


@pytest.mark.parametrize("name", ["title", "type", "lead", "start_datetime", "timezone"])
def test_required_fields_cant_be_cleared(office: Office, name: str):
    made = office.create()
    assert wrong(office.worker.put(f"{PATH}/{made['id']}", json={name: None})) == [name]
    assert office.read(made["id"]) == made


@pytest.mark.parametrize("changes", [{}, {"colour": "red"}, {"title": MEETING["title"]}])
def test_an_update_that_changes_nothing_appends_no_event(office: Office, changes: dict[str, Any]):
    made = office.create()
    assert put(office, made["id"], **changes) == made
    assert office.service.count_events(office.site) == 1


def test_a_read_interaction_sent_back_appends_no_event(office: Office):
    made = office.create(end_datetime="2023-08-15T16:00:00.5+02:00")
    assert put(office, made["id"], **made) == made
    assert office.service.count_events(office.site) == 1


def test_updated_by_is_the_last_caller_to_update(office: Office):
    made = office.create()
    another = office.caller(user="77").put(f"{PATH}/{made['id']}", json={"title": "B"})
    shown = interaction(another)
    assert (shown["created_by"], shown["updated_by"]) == (5, 77)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_datetime": "2023-08-15T15:30:00.000001Z"}, "end_datetime"),
        ({"end_datetime": "2023-08-15T13:00:00Z"}, "end_datetime"),
        ({"type": "Lunch"}, "type"),
        ({"timezone": "EST6"}, "timezone"),
        ({"start_datetime": "2023-08-15 at two"}, "start_datetime"),
        ({"title": " "}, "title"),
    ],
)
def test_an_invalid_update_is_400_and_changes_nothing(office: Office, changes, field: str):
    made = office.create()
    assert wrong(office.worker.put(f"{PATH}/{made['id']}", json=changes)) == [field]
    assert office.read(made["id"]) == made


def test_an_interaction_may_be_moved_to_the_future_and_back(office: Office):
    made = office.create()
    later = {"start_datetime": "2999-01-01T10:00:00Z", "end_datetime": "2999-01-01T11:00:00Z"}
    assert put(office, made["id"], **later)["start_datetime"] == later["start_datetime"]
    back = {"start_datetime": MEETING["start_datetime"], "end_datetime": None}
    assert put(office, made["id"], **back)["end_datetime"] is None


def test_a_deleted_interaction_is_gone_from_reads_and_lists(office: Office):
    made = office.create(title="Going")
    path = f"{PATH}/{made['id']}"
    answer = office.worker.delete(path)
    said = {"success": True, "message": "Interaction deleted successfully"}
    assert (answer.status_code, answer.json()) == (200, {"status": "success", "data": said})
    for response in (
        office.worker.get(path),
        office.worker.put(path, json={"title": "B"}),
        office.worker.delete(path),
    ):
        assert error(response, 404)["message"] == "Interaction not found"
    assert office.found() == office.found(search="going") == office.found(sort_by="title") == []
