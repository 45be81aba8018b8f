"""The flow of the rapport document from its first line to its last, at both addresses."""

import pytest

from tests.api.contracts.rapport.people import INTERACTIONS, NOBODY, contact_of, faults, said
from tests.api.documented import exchanges

DOCUMENTED = exchanges(__file__)
CONTACT = "c3d4e5f6-a7b8-9012-3456-7890abcdef01"
TACTIC = "a1b2c3d4-e5f6-7890-1234-567890abcdef"


@pytest.fixture(params=["", "/rapport"])
def client(request, service, tenant):
    return service.client(request.param, tenant=tenant, user="user123")


@pytest.fixture
def contact(service, tenant) -> str:
    return contact_of(service, tenant)


def test_every_exchange_of_the_document_is_here():
    assert list(DOCUMENTED) == [
        "Step 1: Fetch Available Rapport Tactics",
        "Step 2: Log the Interaction and Tactics",
    ]


def test_step_1_fetch_available_rapport_tactics(client):
    step = DOCUMENTED["Step 1: Fetch Available Rapport Tactics"]
    tactics = step.check(step.send(client))
    assert len(tactics) >= 12
    assert all(list(tactic) == list(tactics[0]) for tactic in tactics)
    # Their dates are compared by form above; these two are printed.
    assert {tactic["created_at"] for tactic in tactics[:2]} == {"2023-10-27T10:00:00Z"}
    assert [tactic["id"] for tactic in tactics[:2]] == [each["id"] for each in step.answer]


def test_step_2_log_the_interaction_and_tactics(client, contact, service, tenant):
    step = DOCUMENTED["Step 2: Log the Interaction and Tactics"]
    before = service.count_events(tenant)
    response = step.send(client, {CONTACT: contact})
    answer = step.check(response)
    assert answer["contact_id"] == contact
    assert service.count_events(tenant) == before + 1
    location = response.headers["location"]
    assert location == f"{client.base_url.path.rstrip('/')}/api/v1/interactions/{answer['id']}"
    again = client.get(f"/api/v1/interactions/{answer['id']}")
    logs = again.json().pop("tactic_logs")
    assert [log["tactic_id"] for log in logs] == [
        "a1b2c3d4-e5f6-7890-1234-567890abcdef",
        "b2c3d4e5-f6a7-8901-2345-67890abcdef0",
    ]
    assert again.json() == answer | {"tactic_logs": logs}
    assert again.headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize("path", ["/api/v1/rapport/tactics", "/api/v1/rapport/tactics/"])
def test_tactics_are_found_with_and_without_a_slash(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/interactions", "/api/v1/interactions/"])
def test_interactions_are_logged_with_and_without_a_slash(client, contact, path):
    assert client.post(path, json=said(contact)).status_code == 201


class TestErrorHandling:
    def test_a_contact_that_isnt_the_users_own_is_404(self, client, service, tenant, other_tenant):
        colleagues = contact_of(service, tenant, user="somebody else")
        strangers = contact_of(service, other_tenant)
        for contact in (colleagues, strangers, NOBODY):
            response = client.post(INTERACTIONS, json=said(contact))
            assert response.status_code == 404
            assert response.json() == {"detail": "Contact not found"}

    def test_an_invalid_tactic_is_named_and_nothing_is_saved(
        self, client, contact, service, tenant
    ):
        before = service.count_events(tenant)
        (fault,) = faults(client.post(INTERACTIONS, json=said(contact, TACTIC, NOBODY)))
        assert fault["loc"] == ["body", "tactic_logs", 1, "tactic_id"]
        assert NOBODY in fault["msg"]
        assert service.count_events(tenant) == before

    @pytest.mark.parametrize("naive", ["2023-10-27T14:30:00", "2023-10-27"])
    def test_a_naive_datetime_is_a_validation_error(self, client, contact, naive):
        body = said(contact, interaction_datetime=naive)
        (fault,) = faults(client.post(INTERACTIONS, json=body))
        assert fault["loc"] == ["body", "interaction", "interaction_datetime"]
        assert fault["type"] == "timezone_aware"
