"""A site and those who work there: what the tests of this contract begin with."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.running import Service

MEETING: dict[str, Any] = {
    "title": "Client Meeting",
    "type": "Meeting",
    "lead": "John Smith",
    "start_datetime": "2023-08-15T14:00:00Z",
    "timezone": "America/New_York",
    "end_datetime": "2023-08-15T15:30:00Z",
    "location": "Conference Room A",
    "description": "Quarterly review meeting with client",
    "notes": "Prepare quarterly reports",
}
FIELDS = [
    "id",
    "site_id",
    *MEETING,
    "created_by",
    "created_at",
    "updated_by",
    "updated_at",
]
PATH = "/api/interactions"
EDITOR = ("view_contacts", "edit_contacts")
TRUSTED = (*EDITOR, "tag:immigration")


@dataclass(frozen=True)
class Office:
    """`base` is where the contract is called: its own address, or the bare origin."""

    service: Service
    site: str
    base: str = "/sites"

    def caller(self, *permissions: str, **token: Any) -> httpx.Client:
        claims = {"tenant": self.site, "contract": "sites", "permissions": permissions or EDITOR}
        return self.service.client(self.base, **(claims | token))

    @property
    def worker(self) -> httpx.Client:
        return self.caller()

    @property
    def native(self) -> httpx.Client:
        """The same people, speaking the native contract."""
        return self.service.client(tenant=self.site, permissions=TRUSTED)

    def create(self, **different: Any) -> dict[str, Any]:
        """An interaction that differs from MEETING as said; the answer."""
        return interaction(self.worker.post(PATH, json=MEETING | different), 201)

    def read(self, number: int) -> dict[str, Any]:
        return interaction(self.worker.get(f"{PATH}/{number}"))

    def found(self, *permissions: str, **query: Any) -> list[int]:
        """The ids that a list has, in its order."""
        response = self.caller(*permissions).get(PATH, params=query)
        assert response.status_code == 200, response.text
        return [one["id"] for one in response.json()["data"]["interactions"]]


def interaction(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The interaction of an answer in the documented envelope. A redacted one says so."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["status", "data"]
    assert body["status"] == "success"
    assert list(body["data"]) == ["interaction"]
    shown: dict[str, Any] = body["data"]["interaction"]
    assert list(shown) == [*FIELDS, *(["redacted"] if shown.get("redacted") else [])]
    return shown


def error(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error of an answer in the documented form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["status", "error"]
    assert body["status"] == "error"
    shown: dict[str, Any] = body["error"]
    assert list(shown) == ["code", "message", "details"]
    assert shown["code"] == shown["code"].upper()
    assert shown["message"]
    for detail in shown["details"]:
        assert list(detail) == ["field", "message"]
        assert all(detail.values())
    return shown


def wrong(response: httpx.Response) -> list[str]:
    """The fields that a 400 names."""
    shown = error(response, 400)
    assert shown["code"] == "VALIDATION_ERROR"
    assert shown["details"]
    return [detail["field"] for detail in shown["details"]]
