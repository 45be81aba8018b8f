"""Reading what was logged: single interactions, and those of a contact."""

import pytest

from tests.api.contracts.rapport.people import (
    INTERACTIONS,
    LISTENING,
    NOBODY,
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


def logged(client, contact: str, count: int) -> list[str]:
    """The ids of so many interactions, newest first."""
    ids = []
    for day in range(1, count + 1):
        body = said(contact, LISTENING, interaction_datetime=f"2023-10-{day:02}T09:00:00Z")
        ids.append(client.post(INTERACTIONS, json=body).json()["id"])
    return ids[::-1]


def test_an_interaction_is_read_with_its_tactics(client, contact):
    answer = client.post(INTERACTIONS, json=said(contact, LISTENING, SIMILARITY)).json()
    read = client.get(f"/api/v1/interactions/{answer['id']}").json()
    assert list(read) == [*answer, "tactic_logs"]
    assert read["tactic_logs"] == [
        {
            "tactic_id": LISTENING,
            "tactic_name": "Active Listening (Validation/Paraphrasing)",
            "effectiveness_score": 5,
            "notes": "é",
        },
        {
            "tactic_id": SIMILARITY,
            "tactic_name": "Finding Similarity (Liking Principle)",
            "effectiveness_score": 5,
            "notes": "é",
        },
    ]


@pytest.mark.parametrize("id", [NOBODY, "0", "999999999", "nonsense", "9" * 30])
def test_an_unknown_id_is_404(client, id):
    single = client.get(f"/api/v1/interactions/{id}")
    assert (single.status_code, single.json()) == (404, {"detail": "Interaction not found"})
    listed = client.get(f"/api/v1/contacts/{id}/interactions")
    assert (listed.status_code, listed.json()) == (404, {"detail": "Contact not found"})


def test_a_contacts_interactions_are_a_list_newest_first(client, contact):
    ids = logged(client, contact, 3)
    response = client.get(f"/api/v1/contacts/{contact}/interactions")
    assert [each["id"] for each in response.json()] == ids
    assert all(each["contact_id"] == contact for each in response.json())
    assert "link" not in response.headers
    single = client.get(f"/api/v1/interactions/{ids[0]}").json()
    assert response.json()[0] == single


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "skip=-1", f"skip={2**70}"])
def test_a_page_has_bounds(client, contact, query):
    (fault,) = faults(client.get(f"/api/v1/contacts/{contact}/interactions?{query}"))
    assert fault["loc"] == ["query", query.partition("=")[0]]


def test_an_interaction_is_found_by_either_id(client, contact, service, tenant):
    native = service.client(tenant=tenant)
    (logged_id,) = logged(client, contact, 1)
    number = native.get(f"/api/contacts/{contact}").json()["number"]
    assert client.get(f"/api/v1/contacts/{number}/interactions").json()[0]["id"] == logged_id
    number = native.get(f"/api/interactions/{logged_id}").json()["number"]
    assert client.get(f"/api/v1/interactions/{number}").json()["id"] == logged_id


def test_a_colleagues_contact_and_interaction_are_404(client, contact, service, tenant):
    (logged_id,) = logged(client, contact, 1)
    colleague = keeper(service, tenant, user="somebody else")
    for path in (f"interactions/{logged_id}", f"contacts/{contact}/interactions"):
        assert colleague.get(f"/api/v1/{path}").status_code == 404


def test_a_participant_of_ones_own_shows_as_the_contact(client, contact, service, tenant):
    colleagues = contact_of(service, tenant, user="somebody else")
    native = service.client(tenant=tenant, user="somebody else")
    body = {"contactId": colleagues, "interactionType": "lunch", "date": "2024-01-10T12:00:00Z"}
    lunch = native.post("/api/interactions", json=body | {"participants": [{"contactId": contact}]})
    (read,) = client.get(f"/api/v1/contacts/{contact}/interactions").json()
    assert (read["id"], read["contact_id"]) == (lunch.json()["id"], contact)
    assert client.get(f"/api/v1/interactions/{read['id']}").json() == read
