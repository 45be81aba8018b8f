"""Users of this contract, their contacts and their interactions, for its tests."""

from typing import Any
from uuid import UUID

import httpx

from tests.api.running import Service

LISTENING = "a1b2c3d4-e5f6-7890-1234-567890abcdef"
SIMILARITY = "b2c3d4e5-f6a7-8901-2345-67890abcdef0"
NOBODY = str(UUID(int=7))
INTERACTIONS = "/api/v1/interactions/"


def keeper(service: Service, tenant: str, user: str = "user123", **token: Any) -> httpx.Client:
    """Somebody who keeps contacts of their own."""
    return service.client("/rapport", tenant=tenant, user=user, **token)


def contact_of(service: Service, tenant: str, user: str = "user123") -> str:
    """The id of a new contact of theirs."""
    native = service.client(tenant=tenant, user=user)
    added = native.post("/api/contacts", json={"name": "Alex"})
    assert added.status_code == 201, added.text
    return str(added.json()["id"])


def said(contact: str, *tactics: str, **interaction: Any) -> dict[str, Any]:
    """A body of the documented form."""
    basics = {"contact_id": contact, "interaction_datetime": "2023-10-27T14:30:00+00:00"}
    logs = [{"tactic_id": tactic, "effectiveness_score": 5, "notes": "é"} for tactic in tactics]
    return {"interaction": basics | interaction, "tactic_logs": logs}


def faults(response: httpx.Response) -> list[dict[str, Any]]:
    """The faults in the body of a 422."""
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["detail"]
    assert all(list(fault) == ["loc", "msg", "type"] for fault in body["detail"])
    return list(body["detail"])
