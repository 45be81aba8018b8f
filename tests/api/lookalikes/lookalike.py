"""One of two tenants that get the same requests, but for what a restricted tag hides."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from tests.api.lookalikes import bodies
from tests.api.lookalikes.hidden import Json
from tests.api.lookalikes.told import Teller, Told
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, Service
from tests.api.streaming import ask

TAGS = ("immigration", "tax")
PLACE = re.compile(r"\{(\w+):(\d+)\}")
MOST_PAGES = 4

WRITTEN = {
    "tracking": ("/api/interactions", bodies.tracking),
    "rapport": ("/rapport/api/v1/interactions/", bodies.rapport),
    "sites": ("/sites/api/interactions", bodies.sites),
    "relationships": ("/relationships/contacts/{contact:0}/interactions", bodies.relationships),
    "clients": ("/clients/api/clients/{client:0}/interactions", bodies.clients),
}
"""The path at which each contract writes a record, and the body."""


class Asked(NamedTuple):
    """A request; `{record:1}` stands for the second record of the tenant, and so on."""

    method: str
    path: str
    query: Json | None = None
    body: Any = None
    headers: dict[str, str] | None = None


@dataclass
class Lookalike:
    """`trusted` may open every tag and writes, `clerk` asks; both are the same user."""

    service: Service
    tenant: str
    permissions: tuple[str, ...]
    known: dict[str, list[str]] = field(default_factory=dict)
    written: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        opening = (*EVERYTHING, *(f"tag:{tag}" for tag in TAGS))
        self.trusted = self.service.client(tenant=self.tenant, permissions=opening)
        self.clerk = self.service.client(tenant=self.tenant, permissions=self.permissions)
        self.teller = Teller(self.tenant)
        for name in ("Ann Lee", "Ben Lee"):
            contact = self.done("POST", "/api/contacts", body={"name": name}).json()
            self.learn(contact=contact["id"], client=contact["number"])

    def learn(self, **found: object) -> None:
        for kind, value in found.items():
            self.known.setdefault(kind, []).append(str(value))

    def write(self, number: int, origin: str, secret: Json, tags: tuple[str, ...]) -> None:
        """Write a record with a secret, and restrict it by tags."""
        opened = {"tags": ",".join(tags)}
        if origin == "ledger":
            record, contact = bodies.record(number, secret), self.known["contact"][0]
            identity = log_restricted(self.service, self.tenant, contact, record, *tags)
        elif origin == "meeting":
            identity = self._met(number, secret)
        else:
            path, body = WRITTEN[origin]
            query = opened if origin == "clients" else {}
            headers = {"Idempotency-Key": f"key-{number}"}
            asked = Asked("POST", path, query, body(number, secret), headers)
            answer = self.done(*asked).json()
            identity = answer.get("id") or answer["data"]["interaction"]["id"]
            self.written.append(asked)
        if origin == "sites":
            someone = {"participants": [{"name": "Paul", "contactId": "{contact:0}"}]}
            self.done("PUT", f"/api/interactions/{identity}", body=someone)
        address = f"/clients/api/clients/{{client:0}}/interactions/{identity}"
        self.done("PATCH", address, opened, {"dateOfInteraction": bodies.day(number)})
        record = self.done("GET", f"/api/interactions/{identity}", opened).json()
        self.learn(record=record["id"], number=record["number"], time=record["updatedAt"])

    def _met(self, number: int, secret: Json) -> str:
        appointment = bodies.appointment(number, secret)
        meeting = self.done("POST", "/api/meetings", body=appointment).json()
        self.learn(meeting=meeting["id"])
        path = f"/api/meetings/{meeting['id']}/complete"
        held = self.done("PUT", path, body=bodies.outcome(number, secret)).json()
        return str(held["interactionId"])

    def amend(self, number: int, which: int, secret: Json) -> None:
        """Give a record another secret; the number makes it another one in any case."""
        body = {
            "notes": f"{number} {secret['notes']}"[:100_000],
            "sentiment": secret["sentiment"],
            "followUpNotes": secret["followUp"],
            "topicsDiscussed": secret["topics"],
        }
        query = {"tags": ",".join(TAGS)}
        self.done("PUT", f"/api/interactions/{{record:{which}}}", query, body)

    def done(self, *asked: Any, **more: Any) -> httpx.Response:
        """The answer to a request of who may open every tag. It isn't refused."""
        response = self._send(self.trusted, Asked(*asked, **more), "setup")
        assert response.is_success, f"{asked} {more}: {response.text}"
        return response

    def tell(self, asked: Asked, request_id: str) -> list[Told]:
        """The answer to a request of the clerk, and the pages that it leads to."""
        response = self._send(self.clerk, asked, request_id)
        told = [self.teller.told(response)]
        while "next" in response.links and len(told) < MOST_PAGES:
            following = Asked("GET", response.links["next"]["url"])
            response = self._send(self.clerk, following, request_id)
            told.append(self.teller.told(response))
        if tag := response.headers.get("etag"):
            self.known["tag"] = [tag]
        return told

    def _send(self, client: httpx.Client, asked: Asked, request_id: str) -> httpx.Response:
        text = json.dumps([asked.path, asked.query, asked.body, asked.headers])
        path, query, body, headers = json.loads(PLACE.sub(self._known, text))
        more: Json = {} if body is None else {"json": body}
        if query:
            more["params"] = query
        headers = {"X-Request-ID": request_id, **(headers or {})}
        return ask(client, asked.method, path, headers=headers, **more)

    def _known(self, found: re.Match[str]) -> str:
        of_kind = self.known.get(found[1]) or ["none"]
        return json.dumps(of_kind[int(found[2]) % len(of_kind)])[1:-1]
