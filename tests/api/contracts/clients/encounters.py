"""A client and somebody who works with them: what the tests of this contract begin with."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.running import Service

ENCOUNTER: dict[str, Any] = {
    "serviceId": 13,
    "interactionType": "inPerson",
    "description": "Appointment setup with financial coach.",
    "dateOfInteraction": "2019-05-06",
    "duration": "1:00:00",
    "location": "CUOffice",
    "customQuestions": [{"questionId": 123, "answer": 6}],
}
WORKER = ("view_contacts", "edit_contacts")
TRUSTED = (*WORKER, "tag:immigration")
TAGGED = {"tags": "immigration"}


@dataclass(frozen=True)
class Office:
    """`number` is a client's; `worker` sees no restricted tag, `trusted` sees one."""

    service: Service
    tenant: str
    number: int
    base: str = ""

    @property
    def worker(self) -> httpx.Client:
        return self.caller(WORKER, user="2", name="Wanda Worker")

    @property
    def trusted(self) -> httpx.Client:
        return self.caller(TRUSTED)

    def caller(
        self, permissions: tuple[str, ...], user: str = "1", name: str = "Joel Denning"
    ) -> httpx.Client:
        return self.service.client(
            self.base, tenant=self.tenant, user=user, name=name, permissions=permissions
        )

    @property
    def list(self) -> str:
        return f"/api/clients/{self.number}/interactions"

    def path(self, interaction: dict[str, Any]) -> str:
        return f"{self.list}/{interaction['id']}"

    def meet(self, *, tags: str | None = None, **different: Any) -> dict[str, Any]:
        """Create an encounter that differs from ENCOUNTER as said; the answer."""
        params = {"tags": tags} if tags else None
        response = self.trusted.post(self.list, json=ENCOUNTER | different, params=params)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    def add_client(self, name: str = "Another Client") -> dict[str, Any]:
        return add_client(self.service, self.tenant, name)


def add_client(service: Service, tenant: str, name: str) -> dict[str, Any]:
    """A contact, which this contract calls a client."""
    response = service.client(tenant=tenant).post("/api/contacts", json={"name": name})
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


def error(response: httpx.Response, status: int) -> str:
    """The sentence of an error in the contract's form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    assert isinstance(body["error"], str)
    assert body["error"]
    sentence: str = body["error"]
    return sentence
