"""The catalogue as a tenant has it: the built-in tactics, its own, and what it hid."""

from typing import Any

import pytest

from tests.api.contracts.rapport.people import (
    INTERACTIONS,
    LISTENING,
    contact_of,
    faults,
    keeper,
    said,
)

WALKING = {
    "name": "Walking Together",
    "domain": "Social Psychology",
    "description": "Talk on a walk.",
    "evidence": "It helps.",
}


@pytest.fixture
def client(service, tenant):
    return keeper(service, tenant)


@pytest.fixture
def admin(service, tenant):
    return service.client(tenant=tenant, permissions=["admin"])


def offered(client) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in client.get("/api/v1/rapport/tactics").json()}


def test_all_tenants_share_the_built_in_tactics_without_events(
    client, service, tenant, other_tenant
):
    assert offered(client) == offered(keeper(service, other_tenant))
    assert service.count_events(tenant) == 0


def test_a_tenants_own_tactics_come_last_with_their_evidence(client, admin, service, other_tenant):
    own = admin.post("/api/admin/tactics", json=WALKING).json()["id"]
    tactics = offered(client)
    assert list(tactics)[-1] == own
    assert tactics[own]["name"] == "Walking Together"
    assert tactics[own]["description"] == "Talk on a walk. It helps."
    assert tactics[own]["created_at"].endswith("Z")
    assert own not in offered(keeper(service, other_tenant))


def test_another_tenants_tactic_cant_be_logged(admin, service, other_tenant):
    own = admin.post("/api/admin/tactics", json=WALKING).json()["id"]
    body = said(contact_of(service, other_tenant), own)
    faults(keeper(service, other_tenant).post(INTERACTIONS, json=body))


def test_a_hidden_tactic_isnt_offered_but_old_records_show_it(client, admin, service, tenant):
    contact = contact_of(service, tenant)
    old = client.post(INTERACTIONS, json=said(contact, LISTENING)).json()["id"]
    admin.delete(f"/api/admin/tactics/{LISTENING}")
    assert LISTENING not in offered(client)
    (fault,) = faults(client.post(INTERACTIONS, json=said(contact, LISTENING)))
    assert fault["loc"] == ["body", "tactic_logs", 0, "tactic_id"]
    (log,) = client.get(f"/api/v1/interactions/{old}").json()["tactic_logs"]
    assert log["tactic_name"] == "Active Listening (Validation/Paraphrasing)"


def test_a_built_in_tactic_may_be_reworded_for_one_tenant(client, admin, service, other_tenant):
    admin.patch(f"/api/admin/tactics/{LISTENING}", json={"name": "Zuhören"})
    tactics = offered(client)
    assert tactics[LISTENING]["name"] == "Zuhören"
    assert next(iter(tactics)) == LISTENING
    theirs = offered(keeper(service, other_tenant))[LISTENING]
    assert theirs["name"] == "Active Listening (Validation/Paraphrasing)"
    assert theirs["description"] == tactics[LISTENING]["description"]
