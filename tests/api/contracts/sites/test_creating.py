"""Creating at a site; a refusal names the field that is wrong."""

from typing import Any
from zoneinfo import available_timezones

import pytest

from api.http.time_zones import time_zones
from tests.api.contracts.sites.office import MEETING, PATH, Office, interaction, wrong

REQUIRED = ("title", "type", "lead", "start_datetime", "timezone")
OPTIONAL = ("end_datetime", "location", "description", "notes")


def post(office: Office, **different: Any):
    return office.worker.post(PATH, json=MEETING | different)


def test_a_sent_interaction_comes_back_with_its_author_and_times(office: Office):
    made = office.create()
    assert {name: made[name] for name in MEETING} == MEETING
    assert made["site_id"] == int(office.site)
    assert (made["created_by"], made["updated_by"], made["updated_at"]) == (5, None, None)
    assert office.read(made["id"]) == made


def test_optional_fields_may_be_omitted_or_null(office: Office):
    least = {name: MEETING[name] for name in REQUIRED}
    for body in (least, least | dict.fromkeys(OPTIONAL)):
        made = interaction(office.worker.post(PATH, json=body), 201)
        assert {name: made[name] for name in OPTIONAL} == dict.fromkeys(OPTIONAL)


@pytest.mark.parametrize("name", REQUIRED)
def test_required_fields_may_be_neither_omitted_nor_null(office: Office, name: str):
    body = {key: value for key, value in MEETING.items() if key != name}
    assert wrong(office.worker.post(PATH, json=body)) == [name]
    assert wrong(post(office, **{name: None})) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", " \n"),
        ("title", 7),
        ("title", "x" * 501),
        ("type", "meeting"),
        ("type", "Lunch"),
        ("lead", "  "),
        ("lead", ["John"]),
        ("start_datetime", "tomorrow"),
        ("start_datetime", "2023-08-15T14:00:00"),
        ("start_datetime", "2023-02-30T14:00:00Z"),
        ("start_datetime", 1692108000),
        ("timezone", "Mars/Olympus_Mons"),
        ("timezone", "america/new_york"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "+02:00"),
        ("timezone", "localtime"),
        ("end_datetime", "2023-08-15T13:59:59Z"),
        ("end_datetime", "2023-08-15"),
        ("location", "x" * 501),
        ("location", 7),
        ("description", "x" * 100_001),
        ("notes", False),
    ],
)
def test_a_wrong_value_is_400_and_named(office: Office, name: str, value: object):
    response = post(office, **{name: value})
    assert wrong(response) == [name]
    assert response.json()["error"]["message"] == "Invalid request data"
    assert office.service.count_events(office.site) == 0


def test_all_faults_are_named_at_once(office: Office):
    assert wrong(office.worker.post(PATH, json={})) == list(REQUIRED)
    assert wrong(post(office, title="", timezone="x", notes=1)) == ["title", "timezone", "notes"]


def test_unknown_and_read_only_fields_are_ignored(office: Office):
    made = office.create(id=7, site_id=8, created_by=9, updated_by=9, colour="red")
    assert (made["id"] != 7, made["site_id"], made["created_by"]) == (True, int(office.site), 5)
    assert made["updated_by"] is None


@pytest.mark.parametrize("start", ["2999-12-31T23:59:59Z", "9999-12-31T00:00:00Z"])
def test_an_interaction_in_the_future_is_planned(office: Office, start: str):
    made = office.create(start_datetime=start, end_datetime=None)
    assert made["start_datetime"] == start
    ((_, event, _),) = office.service.events(office.site)
    assert event == "kith.interaction.planned.v1"


def test_an_interaction_may_end_at_its_start(office: Office):
    start = MEETING["start_datetime"]
    assert office.create(end_datetime=start)["end_datetime"] == start


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2023-08-15T14:00:00+00:00", "2023-08-15T14:00:00Z"),
        ("2023-08-15T10:00:00-04:00", "2023-08-15T14:00:00Z"),
        ("2023-08-15T14:00:00.25Z", "2023-08-15T14:00:00.250000Z"),
        ("2023-08-15", "2023-08-15T00:00:00Z"),
    ],
)
def test_instants_are_shown_in_utc(office: Office, written: str, shown: str):
    assert office.create(start_datetime=written)["start_datetime"] == shown


def test_every_iana_zone_is_known(office: Office):
    assert {"America/New_York", "Europe/Berlin", "UTC", "Etc/GMT+5"} <= time_zones()
    assert time_zones() <= available_timezones()
    assert office.create(timezone="Pacific/Kiritimati")["timezone"] == "Pacific/Kiritimati"


def test_users_without_a_number_get_one_that_lasts(office: Office):
    client = office.caller(user="auth0|abc")
    first, second = (interaction(client.post(PATH, json=MEETING), 201) for _ in range(2))
    assert first["created_by"] == second["created_by"]
    assert 2**52 <= first["created_by"] < 2**53
