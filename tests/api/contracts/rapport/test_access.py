"""Who may do what, operation by operation: no token, no permission, somebody else's record."""

import pytest

from tests.api.contracts.rapport.people import (
    INTERACTIONS,
    LISTENING,
    contact_of,
    keeper,
    said,
)
from tests.api.running import Service

OPERATIONS = {
    "tactics": ("GET", "/api/v1/rapport/tactics", "view_contacts"),
    "log": ("POST", INTERACTIONS, "edit_contacts"),
    "read": ("GET", "/api/v1/interactions/{interaction}", "view_contacts"),
    "list": ("GET", "/api/v1/contacts/{contact}/interactions", "view_contacts"),
}
MISSING = {"view_contacts": ["edit_contacts"], "edit_contacts": ["view_contacts"]}


@pytest.fixture(params=OPERATIONS, ids=str)
def operation(request):
    return OPERATIONS[request.param]


@pytest.fixture
def ids(service: Service, tenant: str) -> dict[str, str]:
    contact = contact_of(service, tenant)
    logged = keeper(service, tenant).post(INTERACTIONS, json=said(contact, LISTENING))
    return {"contact": contact, "interaction": logged.json()["id"]}


def test_without_a_token_it_is_401_before_anything_else(service: Service, operation):
    method, path, _ = operation
    response = service.anonymous("/rapport").request(method, path, content=b"not json")
    assert response.status_code == 401
    assert list(response.json()) == ["detail"]
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_without_a_tenant_it_is_403(service: Service, operation):
    method, path, _ = operation
    client = service.client("/rapport", tenant=None)
    response = client.request(method, path)
    assert (response.status_code, response.json()) == (403, {"detail": "A tenant is required."})


def test_without_the_permission_it_is_403_before_the_body_is_read(
    service: Service, tenant: str, operation
):
    method, path, permission = operation
    client = keeper(service, tenant, permissions=MISSING[permission])
    response = client.request(method, path, content=b"not json")
    assert response.status_code == 403
    assert response.json() == {"detail": f"Insufficient permissions: {permission} required"}


@pytest.mark.parametrize("who", ["somebody else", "another tenant"])
def test_what_isnt_ones_own_isnt_there(
    service: Service, tenant: str, other_tenant: str, operation, ids, who
):
    method, path, _ = operation
    if "tactics" in path:
        return
    where = other_tenant if who == "another tenant" else tenant
    client = keeper(service, where, "user123" if who == "another tenant" else "somebody else")
    body = said(ids["contact"]) if method == "POST" else None
    response = client.request(method, path.format(**ids), json=body)
    assert response.status_code == 404
    assert response.json()["detail"] in ("Contact not found", "Interaction not found")


def test_anyone_with_the_permission_may(service: Service, tenant: str, operation, ids):
    method, path, permission = operation
    client = keeper(service, tenant, permissions=[permission])
    body = said(ids["contact"]) if method == "POST" else None
    assert client.request(method, path.format(**ids), json=body).is_success
