"""One ledger: what is written here reads elsewhere, and the other way round, as the same record."""

import pytest

from domain.record import Rapport, Said, TacticUse
from tests.api.contracts.rapport.people import (
    INTERACTIONS,
    LISTENING,
    SIMILARITY,
    contact_of,
    keeper,
    said,
)
from tests.api.restricted import log_restricted
from tests.domain.samples import record

FULL = {
    "medium": "Video Call",
    "topic": "Q4",
    "user_notes": "It went well.",
    "rapport_score_post": 8,
    "observed_non_verbal": "Open posture.",
}
RECORDED_HERE = ("topic", "rapport_score_post", "observed_non_verbal", "tactic_logs")


@pytest.fixture
def client(service, tenant):
    return keeper(service, tenant)


@pytest.fixture
def native(service, tenant):
    return service.client(tenant=tenant, user="user123")


@pytest.fixture
def contact(service, tenant):
    return contact_of(service, tenant)


def test_an_interaction_written_here_reads_natively(client, native, contact):
    id_ = client.post(INTERACTIONS, json=said(contact, LISTENING, **FULL)).json()["id"]
    read = native.get(f"/api/interactions/{id_}").json()
    expected = {
        "id": id_,
        "contactId": contact,
        "interactionType": "call",
        "word": "Video Call",
        "medium": "Video Call",
        "date": "2023-10-27T14:30:00Z",
        "dateAsWritten": "2023-10-27T14:30:00+00:00",
        "subject": "Q4",
        "notes": "It went well.",
        "rapportScore": 8,
        "observedNonVerbal": "Open posture.",
        "contract": "rapport",
    }
    assert {name: read[name] for name in expected} == expected
    (log,) = read["tacticLogs"]
    assert (log["tacticId"], log["effectiveness"], log["notes"]) == (LISTENING, 5, "é")
    (entry,) = native.get(f"/api/contacts/{contact}/interactions").json()["items"]
    assert entry == read


def test_a_native_update_keeps_what_was_recorded_here(client, native, contact):
    body = said(contact, LISTENING, SIMILARITY, **FULL)
    id_ = client.post(INTERACTIONS, json=body).json()["id"]
    before = client.get(f"/api/v1/interactions/{id_}").json()
    changes = {
        "interactionType": "lunch",
        "notes": "Better than well.",
        "sentiment": "positive",
        "duration": 30,
        "topicsDiscussed": ["price"],
    }
    assert native.put(f"/api/interactions/{id_}", json=changes).status_code == 200
    after = client.get(f"/api/v1/interactions/{id_}").json()
    assert after.pop("user_notes") == "Better than well."
    assert after.pop("updated_at") > before.pop("updated_at")
    before.pop("user_notes")
    assert after == before


def test_a_native_read_sent_back_changes_nothing(client, native, contact):
    body = said(contact, LISTENING, **FULL)
    id_ = client.post(INTERACTIONS, json=body).json()["id"]
    before = client.get(f"/api/v1/interactions/{id_}").json()
    read = native.get(f"/api/interactions/{id_}").json()
    assert native.put(f"/api/interactions/{id_}", json=read).status_code == 200
    assert client.get(f"/api/v1/interactions/{id_}").json() == before


def test_a_date_corrected_natively_is_shown_as_corrected(client, native, contact):
    id_ = client.post(INTERACTIONS, json=said(contact)).json()["id"]
    native.put(f"/api/interactions/{id_}", json={"date": "2023-10-28T10:00:00+02:00"})
    read = client.get(f"/api/v1/interactions/{id_}").json()
    assert read["interaction_datetime"] == "2023-10-28T08:00:00Z"


def test_an_interaction_written_natively_reads_here(client, native, contact):
    written = native.post(
        "/api/interactions",
        json={
            "contactId": contact,
            "interactionType": "coffee",
            "date": "2024-01-10T15:30:00+01:00",
            "topicsDiscussed": ["price", "dates"],
            "notes": "Nice.",
        },
    ).json()
    read = client.get(f"/api/v1/interactions/{written['id']}").json()
    assert read == {
        "interaction_datetime": "2024-01-10T14:30:00Z",
        "medium": "Coffee",
        "topic": "price, dates",
        "user_notes": "Nice.",
        "rapport_score_post": None,
        "observed_non_verbal": None,
        "id": written["id"],
        "created_at": written["createdAt"],
        "updated_at": written["updatedAt"],
        "contact_id": contact,
        "tactic_logs": [],
    }


def test_tactics_used_here_count_in_the_native_analytics(client, native, contact):
    client.post(INTERACTIONS, json=said(contact, LISTENING))
    found = native.get("/api/analytics/interactions").json()["tacticEffectiveness"]
    name = "Active Listening (Validation/Paraphrasing)"
    use = {"tacticId": LISTENING, "name": name, "uses": 1, "averageEffectiveness": 5.0}
    assert found == [use]


class TestARestrictedRecord:
    @pytest.fixture
    def id_(self, service, tenant, contact) -> str:
        secret = record(
            said=Said(subject="Asylum", notes="He fled."),
            rapport=Rapport(
                score=9,
                non_verbal="Tense.",
                tactics=(TacticUse(tactic_id=LISTENING, notes="Helped."),),
            ),
        )
        return log_restricted(service, tenant, contact, secret, "immigration")

    def test_shows_nothing_of_its_content(self, client, contact, id_):
        single = client.get(f"/api/v1/interactions/{id_}")
        listed = client.get(f"/api/v1/contacts/{contact}/interactions")
        assert listed.json() == [single.json()]
        assert single.json()["redacted"] is True
        for secret in ("Asylum", "fled", "Tense", "Helped", LISTENING, "9,"):
            assert secret not in single.text.replace(id_, "")

    def test_opens_to_who_may_see_its_tag(self, service, tenant, contact, id_):
        seeing = keeper(service, tenant, permissions=["view_contacts", "tag:immigration"])
        single = seeing.get(f"/api/v1/interactions/{id_}?tags=immigration").json()
        listed = seeing.get(f"/api/v1/contacts/{contact}/interactions?tags=immigration").json()
        assert listed == [single]
        assert (single["topic"], single["rapport_score_post"]) == ("Asylum", 9)
        assert "redacted" not in single

    def test_naming_its_tag_needs_the_permission(self, client, contact, id_):
        for path in (f"interactions/{id_}", f"contacts/{contact}/interactions"):
            response = client.get(f"/api/v1/{path}?tags=immigration")
            assert response.status_code == 403
            detail = "Insufficient permissions: tag:<name> required"
            assert response.json() == {"detail": detail}
