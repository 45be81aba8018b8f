"""Every parameter of the list, and what isn't one of its values."""

import re
from typing import Any

import pytest

from projections.sites.queries import SORTS
from tests.api.contracts.sites.office import PATH, Office, wrong

ORDERED = ("title", "type", "lead", "timezone", "location", "description", "notes")


@pytest.fixture
def three(office: Office) -> list[int]:
    """Three interactions, each before the next in everything."""
    made = []
    for index, kind in enumerate(("Call", "Meeting", "Update"), 1):
        texts = {name: f"{name} {index}" for name in ORDERED}
        made.append(
            office.create(
                **texts
                | {
                    "type": kind,
                    "timezone": f"Etc/GMT+{index}",
                    "start_datetime": f"2023-0{index}-01T10:00:00Z",
                    "end_datetime": f"2023-0{index}-01T11:00:00Z",
                }
            )["id"]
        )
    return made


def test_the_newest_start_comes_first_and_ties_by_id(office: Office):
    times = ["2023-01-02T00:00:00Z", "2023-01-01T00:00:00Z", "2023-01-02T00:00:00Z"]
    first, second, third = (
        office.create(start_datetime=at, end_datetime=None)["id"] for at in times
    )
    assert office.found() == [third, first, second]
    assert office.found(sort_direction="asc") == [second, first, third]
    for name in ("title", "site_id", "location", "end_datetime", "updated_by"):
        assert office.found(sort_by=name) == [third, second, first]
        assert office.found(sort_by=name, sort_direction="asc") == [first, second, third]


@pytest.mark.parametrize("name", [*ORDERED, "id", "start_datetime", "end_datetime", "created_at"])
def test_every_field_sorts_in_both_directions(office: Office, three: list[int], name: str):
    assert office.found(sort_by=name, sort_direction="asc") == three
    assert office.found(sort_by=name, sort_direction="desc") == three[::-1]
    assert office.found(sort_by=name) == three[::-1]
    assert office.found(sort_by=name, search="title", sort_direction="asc") == three


@pytest.mark.parametrize("name", ["created_by", "updated_by", "updated_at"])
def test_authors_and_update_times_sort_with_nulls_last(office: Office, name: str):
    path = f"{PATH}/{office.create()['id']}"
    first = office.caller(user="9").put(path, json={"title": "B"}).json()["data"]["interaction"]
    other = office.caller(user="3").post(PATH, json=first).json()["data"]["interaction"]
    if name == "created_by":
        assert office.found(sort_by=name) == [first["id"], other["id"]]
        assert office.found(sort_by=name, sort_direction="asc") == [other["id"], first["id"]]
    else:
        for direction in ("asc", "desc"):
            found = office.found(sort_by=name, sort_direction=direction)
            assert found == [first["id"], other["id"]]


def test_every_documented_field_can_be_sorted_by(office: Office):
    shown = office.create()
    assert set(SORTS) == set(shown)
    for name in SORTS:
        assert office.found(sort_by=name) == [shown["id"]]


@pytest.mark.parametrize("name", ["title", "lead", "location", "description", "notes"])
def test_the_search_looks_into_every_text_in_upper_and_lower_case(office: Office, name: str):
    wanted = office.create(**{name: 'Die STRASSE nach Łódź: 100% é_\\ "quoted" o\'clock'})["id"]
    office.create()
    for term in ("straße", "NACH łódź", "100%", "É_\\", "sse n", '"QUOTED"', "o'clock", "ź: 1"):
        assert office.found(search=term) == [wanted], term
    for term in ("strasze", "100 %", "e_", "nachłódź"):
        assert office.found(search=term) == [], term


def test_the_search_looks_into_types_and_time_zones(office: Office):
    wanted = office.create(type="Training", timezone="Asia/Tokyo", title="T")["id"]
    office.create()
    assert office.found(search="rainin") == [wanted]
    assert office.found(search="TOKYO") == [wanted]


@pytest.mark.parametrize("name", ["title", "lead", "location"])
def test_a_field_is_searched_alone(office: Office, name: str):
    wanted = office.create(**{name: "An Ünusual Thing"})["id"]
    texts = ("title", "lead", "location", "description", "notes")
    office.create(**{other: "An ünusual thing" for other in texts if other != name})
    assert office.found(**{name: "üNUSUAL"}) == [wanted]
    assert office.found(**{name: "al t"}) == [wanted]
    assert office.found(**{name: "unusual"}) == []


def test_no_term_reaches_from_one_field_into_the_next(office: Office):
    office.create(title="alpha", lead="beta", location="gamma", description="delta")
    for separator in ("\n", "\x1f", " ", ""):
        assert office.found(search=f"gamma{separator}delta") == []
    assert office.found(search="beta") == office.found(search="gamma")


@pytest.mark.parametrize("name", ["search", "title", "lead", "location"])
def test_an_empty_term_restricts_nothing(office: Office, three: list[int], name: str):
    assert office.found(**{name: ""}) == three[::-1]


def test_a_type_is_compared_exactly(office: Office, three: list[int]):
    assert office.found(type="Meeting") == [three[1]]
    assert office.found(type="Review") == []


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"start_date": "2023-02-01T10:00:00Z"}, [1, 2]),
        ({"start_date": "2023-02-01T10:00:00.000001Z"}, [2]),
        ({"start_date": "2023-02-01"}, [1, 2]),
        ({"end_date": "2023-02-01T10:00:00Z"}, [0, 1]),
        ({"end_date": "2023-02-01T09:59:59Z"}, [0]),
        ({"end_date": "2023-02-01"}, [0, 1]),
        ({"end_date": "2023-01-31"}, [0]),
        ({"start_date": "2023-02-01T11:00:00+01:00", "end_date": "2023-02-01T11:00:00+01:00"}, [1]),
        ({"start_date": "2023-02-01", "end_date": "2023-02-01"}, [1]),
        ({"start_date": "0001-01-01", "end_date": "9999-12-31"}, [0, 1, 2]),
    ],
)
def test_both_bounds_of_time_are_inclusive(office: Office, three: list[int], bounds, expected):
    wanted = [three[index] for index in expected]
    assert office.found(**bounds, sort_direction="asc") == wanted
    assert office.found(**bounds, sort_direction="asc", search="title") == wanted


def test_all_filters_have_to_match(office: Office, three: list[int]):
    query: dict[str, Any] = {
        "search": "notes 2",
        "title": "title",
        "lead": "LEAD 2",
        "location": "2",
        "type": "Meeting",
        "start_date": "2023-02-01",
        "end_date": "2023-02-28",
    }
    assert office.found(**query) == [three[1]]
    for name, value in (("search", "notes 3"), ("title", "lead"), ("type", "Call")):
        assert office.found(**query | {name: value}) == []


def test_pages_follow_each_other_and_know_their_number(office: Office):
    made = [office.create()["id"] for _ in range(7)][::-1]
    for extra in ({}, {"search": "client"}, {"sort_by": "title"}):
        pages = []
        for page in range(1, 6):
            response = office.worker.get(PATH, params={"page": page, "per_page": 3, **extra})
            body = response.json()
            assert body["meta"] == {
                "pagination": {"page": page, "per_page": 3, "total_pages": 3, "total_records": 7}
            }
            pages.append([one["id"] for one in body["data"]["interactions"]])
        assert pages == [made[:3], made[3:6], made[6:], [], []]


def test_a_page_has_25_by_default(office: Office):
    response = office.worker.get(PATH)
    expected = {"page": 1, "per_page": 25, "total_pages": 0, "total_records": 0}
    assert response.json()["meta"]["pagination"] == expected
    assert "link" not in response.headers


def test_links_lead_to_the_pages_before_and_after(anywhere: Office):
    for _ in range(5):
        anywhere.create(title="Ä & B")
    response = anywhere.worker.get(PATH, params={"per_page": 2, "page": 2, "search": "ä &"})
    links = dict(re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers["link"]))
    names = {name: link for link, name in links.items()}
    assert set(names) == {"prev", "next"}
    client = anywhere.service.client(tenant=anywhere.site, contract="sites")
    for name, page, length in (("prev", 1, 2), ("next", 3, 1)):
        body = client.get(names[name]).json()
        assert body["meta"]["pagination"]["page"] == page
        assert len(body["data"]["interactions"]) == length


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "one"),
        ("page", "1.5"),
        ("page", ""),
        ("page", "99999999999999999999"),
        ("per_page", "0"),
        ("per_page", "101"),
        ("per_page", "all"),
        ("sort_by", "colour"),
        ("sort_by", "texts"),
        ("sort_by", "title; DROP TABLE timeline"),
        ("sort_by", ""),
        ("sort_direction", "up"),
        ("sort_direction", "DESC"),
        ("type", "Lunch"),
        ("type", "meeting"),
        ("start_date", "yesterday"),
        ("start_date", "2023-06-01T00:00:00"),
        ("end_date", "2023-13-01"),
        ("search", "x" * 501),
        ("title", "x" * 501),
    ],
)
def test_a_wrong_parameter_is_400_and_named(office: Office, name: str, value: str):
    response = office.worker.get(PATH, params={name: value})
    assert wrong(response) == [name]
    assert response.json()["error"]["message"] == "Invalid query parameters"


def test_a_range_that_ends_before_it_starts_is_400(office: Office):
    query = {"start_date": "2023-06-02", "end_date": "2023-06-01"}
    assert wrong(office.worker.get(PATH, params=query)) == ["end_date"]


def test_the_most_that_may_be_asked_for(office: Office, three: list[int]):
    assert office.found(per_page=100, page=1) == three[::-1]
    assert office.found(per_page=100, page=10_000_000) == []
    assert office.found(search="x" * 500) == []


def test_a_term_may_hold_anything_that_a_text_may(office: Office):
    wanted = office.create(notes="zero\u200dwidth 日本語 🙂 e\u0301")["id"]
    for term in ("日本", "🙂", "\u200d", "語 🙂 é", "É"):
        assert office.found(search=term) == [wanted], term


def test_a_nul_character_in_a_search_is_400(office: Office):
    assert wrong(office.worker.get(f"{PATH}?search=%00"))
