"""One ledger: what is written here reads elsewhere, and the other way round, as the same record."""

import pytest

from domain.record import FollowUp, Said
from tests.api.contracts.relationships.business import contact_of, log, member
from tests.api.restricted import log_restricted
from tests.domain.samples import record

FULL = {
    "type": "proposal",
    "description": "Sent the proposal",
    "outcome": "Interested",
    "next_action": "Call on Friday",
    "scheduled_follow_up": "2024-01-15T10:00:00Z",
}


@pytest.fixture
def client(service, tenant):
    return member(service, tenant)


@pytest.fixture
def native(service, tenant):
    return service.client(tenant=tenant)


@pytest.fixture
def contact(service, tenant):
    return contact_of(service, tenant)["id"]


def history(client, contact: str, query: str = ""):
    return client.get(f"/contacts/{contact}/interactions{query}").json()["interactions"]


def test_an_interaction_written_here_reads_natively(client, native, contact):
    written = log(client, contact, **FULL).json()
    read = native.get(f"/api/interactions/{written['id']}").json()
    expected = {
        "contactId": contact,
        "interactionType": "email",
        "kind": "proposal",
        "date": written["timestamp"],
        "description": "Sent the proposal",
        "outcome": "Interested",
        "nextAction": "Call on Friday",
        "followUpNeeded": True,
        "followUpDate": "2024-01-15T10:00:00Z",
        "contract": "relationships",
    }
    assert {name: read[name] for name in expected} == expected


def test_a_native_update_keeps_what_was_recorded_here(client, native, contact):
    written = log(client, contact, **FULL).json()
    changes = {"notes": "By courier", "sentiment": "positive", "topicsDiscussed": ["price"]}
    assert native.put(f"/api/interactions/{written['id']}", json=changes).status_code == 200
    assert history(client, contact) == [written]


def test_an_interaction_written_natively_reads_here(client, native, contact):
    written = native.post(
        "/api/interactions",
        json={
            "contactId": contact,
            "interactionType": "lunch",
            "date": "2024-01-10T15:30:00+01:00",
            "notes": "Nice.",
            "followUpNotes": "Send the menu",
        },
    ).json()
    assert history(client, contact) == [
        {
            "id": written["id"],
            "contact_id": contact,
            "type": "meeting",
            "description": "Nice.",
            "timestamp": "2024-01-10T14:30:00Z",
            "outcome": None,
            "next_action": "Send the menu",
            "scheduled_follow_up": None,
            "performed_by": "John Smith",
            "performed_by_id": "5",
        }
    ]


def test_a_status_moved_here_has_moved_natively(client, native, contact):
    body = {"relationship_status": "qualified_lead"}
    client.put(f"/contacts/{contact}/status", json=body)
    shown = native.get(f"/api/contacts/{contact}").json()
    assert shown["relationshipStatus"] == "qualified_lead"
    native.put(f"/api/contacts/{contact}/status", json={"relationshipStatus": "opportunity"})
    moved = client.put(f"/contacts/{contact}/status", json={"relationship_status": "active_client"})
    assert moved.json()["old_status"] == "opportunity"


def test_an_interaction_is_in_the_history_of_each_participant(
    client, native, contact, service, tenant
):
    guest = contact_of(service, tenant)["id"]
    body = {"contactId": contact, "interactionType": "lunch", "date": "2024-01-10T12:00:00Z"}
    native.post("/api/interactions", json=body | {"participants": [{"contactId": guest}]})
    (entry,) = history(client, guest)
    assert entry["contact_id"] == guest
    assert client.get(f"/contacts/{guest}/interactions/{entry['id']}").json() == entry


class TestARestrictedRecord:
    @pytest.fixture
    def id_(self, service, tenant, contact) -> str:
        secret = record(
            said=Said(description="He fled.", outcome="Asylum"),
            follow_up=FollowUp(action="Hide him"),
        )
        return log_restricted(service, tenant, contact, secret, "immigration")

    def test_shows_nothing_of_its_content(self, client, contact, id_):
        single = client.get(f"/contacts/{contact}/interactions/{id_}")
        assert history(client, contact) == [single.json()]
        assert single.json()["redacted"] is True
        for secret in ("fled", "Asylum", "Hide"):
            assert secret not in single.text

    def test_opens_to_who_may_see_its_tag(self, service, tenant, contact, id_):
        seeing = member(service, tenant, permissions=["view_contacts", "tag:immigration"])
        single = seeing.get(f"/contacts/{contact}/interactions/{id_}?tags=immigration").json()
        assert history(seeing, contact, "?tags=immigration") == [single]
        assert (single["description"], single["outcome"]) == ("He fled.", "Asylum")

    def test_naming_its_tag_needs_the_permission(self, client, contact, id_):
        for path in ("", f"/{id_}"):
            response = client.get(f"/contacts/{contact}/interactions{path}?tags=immigration")
            assert response.status_code == 403
