"""Logging an interaction with the tactics used: what is taken, kept and refused."""

import pytest

from tests.api.contracts.rapport.people import (
    INTERACTIONS,
    LISTENING,
    SIMILARITY,
    contact_of,
    faults,
    keeper,
    said,
)


@pytest.fixture
def client(service, tenant):
    return keeper(service, tenant)


@pytest.fixture
def contact(service, tenant) -> str:
    return contact_of(service, tenant)


@pytest.mark.parametrize(
    "written",
    [
        "2023-10-27T14:30:00+00:00",
        "2023-10-27T14:30:00Z",
        "2023-10-27T16:30:00.120000+02:00",
        "2023-10-27 14:30:00-0700",
    ],
)
def test_the_datetime_comes_back_as_it_was_written(client, contact, written):
    body = said(contact, interaction_datetime=written)
    answer = client.post(INTERACTIONS, json=body).json()
    assert answer["interaction_datetime"] == written
    read = client.get(f"/api/v1/interactions/{answer['id']}").json()
    assert read["interaction_datetime"] == written


def test_only_contact_and_datetime_are_required(client, contact):
    body = {"interaction": said(contact)["interaction"]}
    answer = client.post(INTERACTIONS, json=body).json()
    nothing = ("topic", "user_notes", "rapport_score_post", "observed_non_verbal")
    assert [answer[name] for name in nothing] == [None] * 4
    assert answer["medium"] == "Note"
    missing = faults(client.post(INTERACTIONS, json={"interaction": {}}))
    assert [fault["loc"][-1] for fault in missing] == ["contact_id", "interaction_datetime"]
    assert {fault["type"] for fault in missing} == {"missing"}


def test_any_medium_of_up_to_50_characters_is_taken(client, contact):
    for medium in ("Carrier pigeon", "", "ß" * 50):
        answer = client.post(INTERACTIONS, json=said(contact, medium=medium)).json()
        assert answer["medium"] == medium
    (fault,) = faults(client.post(INTERACTIONS, json=said(contact, medium="x" * 51)))
    assert (fault["loc"][-1], fault["type"]) == ("medium", "string_too_long")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", "x" * 501),
        ("rapport_score_post", 0),
        ("rapport_score_post", 11),
        ("rapport_score_post", 7.5),
        ("rapport_score_post", "8"),
        ("contact_id", "c3d4e5f6"),
        ("interaction_datetime", "yesterday"),
        ("interaction_datetime", 1698417000),
        ("interaction_datetime", "2999-01-01T00:00:00Z"),
    ],
)
def test_a_fault_names_the_path_of_its_field(client, contact, name, value):
    (fault,) = faults(client.post(INTERACTIONS, json=said(contact, **{name: value})))
    assert fault["loc"] == ["body", "interaction", name]


@pytest.mark.parametrize("score", [0, 6, "5"])
def test_effectiveness_is_from_1_to_5(client, contact, score):
    body = said(contact, LISTENING)
    body["tactic_logs"][0]["effectiveness_score"] = score
    (fault,) = faults(client.post(INTERACTIONS, json=body))
    assert fault["loc"] == ["body", "tactic_logs", 0, "effectiveness_score"]


def test_a_tactic_is_logged_once(client, contact, service, tenant):
    before = service.count_events(tenant)
    body = said(contact, LISTENING, SIMILARITY, LISTENING)
    (fault,) = faults(client.post(INTERACTIONS, json=body))
    assert fault["loc"] == ["body", "tactic_logs", 2, "tactic_id"]
    assert service.count_events(tenant) == before


def test_a_removed_contact_takes_nothing_more(client, contact, service, tenant):
    logged = client.post(INTERACTIONS, json=said(contact)).json()
    service.client(tenant=tenant).delete(f"/api/contacts/{contact}")
    assert client.post(INTERACTIONS, json=said(contact)).status_code == 404
    assert client.get(f"/api/v1/contacts/{contact}/interactions").status_code == 404
    # What was logged stays readable by itself.
    assert client.get(f"/api/v1/interactions/{logged['id']}").status_code == 200
