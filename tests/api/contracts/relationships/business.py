"""A business, its contacts and who works there, for the tests of this contract."""

from typing import Any
from uuid import UUID

import httpx

from tests.api.running import Service

NOBODY = str(UUID(int=7))
ADDRESSES = {
    "at its base URL": ("/relationships", "/contacts", None),
    "at its base URL under /api": ("/relationships", "/api/contacts", None),
    "at the bare origin": ("", "/contacts", None),
    "at the bare origin by claim": ("", "/api/contacts", "relationships"),
}
"""The contract's places: a base URL, the path's beginning, and the claim that leads there."""

WAY = ("prospect", "qualified_lead", "opportunity", "active_client", "past_client")


def member(service: Service, tenant: str, **token: Any) -> httpx.Client:
    """Somebody of the business."""
    return service.client("/relationships", tenant=tenant, user="user123", **token)


def contact_of(service: Service, tenant: str) -> dict[str, Any]:
    """A new contact of the business, a prospect, as the native contract shows it."""
    added = service.client(tenant=tenant).post("/api/contacts", json={"name": "Alex"})
    assert added.status_code == 201, added.text
    return dict(added.json())


def move(client: httpx.Client, contact: str, status: str, **more: Any) -> httpx.Response:
    body = {"relationship_status": status} | more
    return client.put(f"/contacts/{contact}/status", json=body)


def move_along(client: httpx.Client, contact: str, status: str) -> None:
    """All the way from prospect to this status."""
    way = WAY[1 : WAY.index(status) + 1] if status in WAY else (status,)
    for each in way:
        assert move(client, contact, each).status_code == 200


def log(client: httpx.Client, contact: str, **more: Any) -> httpx.Response:
    body = {"type": "call", "description": "Spoke about it"} | more
    return client.post(f"/contacts/{contact}/interactions", json=body)


def faults(response: httpx.Response) -> list[dict[str, Any]]:
    """The faults in the body of a 422."""
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["detail"]
    assert all(list(fault) == ["loc", "msg", "type"] for fault in body["detail"])
    return list(body["detail"])
