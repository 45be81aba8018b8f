"""Who may do what, operation by operation: no token, no permission, another business's record."""

import pytest

from tests.api.contracts.relationships.business import contact_of, log, member
from tests.api.running import Service

INTERACTIONS = "/contacts/{contact}/interactions"
OPERATIONS = {
    "add": ("POST", INTERACTIONS, "edit_contacts", {"type": "note", "description": "x"}),
    "list": ("GET", INTERACTIONS, "view_contacts", None),
    "read": ("GET", INTERACTIONS + "/{interaction}", "view_contacts", None),
    "move": (
        "PUT",
        "/contacts/{contact}/status",
        "edit_contacts",
        {"relationship_status": "inactive"},
    ),
}
MISSING = {"view_contacts": ["edit_contacts"], "edit_contacts": ["view_contacts"]}


@pytest.fixture(params=OPERATIONS, ids=str)
def operation(request):
    return OPERATIONS[request.param]


@pytest.fixture
def ids(service: Service, tenant: str) -> dict[str, str]:
    contact = contact_of(service, tenant)["id"]
    return {"contact": contact, "interaction": log(member(service, tenant), contact).json()["id"]}


def test_without_a_token_it_is_401_before_anything_else(service: Service, operation):
    method, path, *_ = operation
    response = service.anonymous("/relationships").request(method, path, content=b"not json")
    assert response.status_code == 401
    assert list(response.json()) == ["detail"]
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_without_a_business_it_is_403(service: Service, operation):
    method, path, *_ = operation
    response = service.client("/relationships", tenant=None).request(method, path)
    assert response.status_code == 403
    assert response.json() == {"detail": "A business context is required."}


def test_without_the_permission_it_is_403_before_the_body_is_read(
    service: Service, tenant: str, operation
):
    method, path, permission, _ = operation
    client = member(service, tenant, permissions=MISSING[permission])
    response = client.request(method, path, content=b"not json")
    assert response.status_code == 403
    assert response.json() == {"detail": f"Insufficient permissions: {permission} required"}


def test_another_businesss_contact_isnt_there(service: Service, other_tenant: str, operation, ids):
    method, path, _, body = operation
    client = member(service, other_tenant)
    response = client.request(method, path.format(**ids), json=body)
    assert (response.status_code, response.json()) == (404, {"detail": "Contact not found"})


def test_anyone_with_the_permission_may(service: Service, tenant: str, operation, ids):
    method, path, permission, body = operation
    client = member(service, tenant, permissions=[permission])
    assert client.request(method, path.format(**ids), json=body).is_success
