"""Somebody who speaks one of the dialects at one of its addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.behaviour.dialect import Contact, Dialect, Json
from tests.api.hostile import in_form
from tests.api.running import Service

EDITOR = ("view_contacts", "edit_contacts")


@dataclass(frozen=True)
class Speaker:
    """`claim` is None at the contract's base URL: there the address says who is to answer."""

    dialect: Dialect
    service: Service
    tenant: str
    contact: Contact
    claim: str | None

    def client(self, permissions: Iterable[str] = EDITOR, **token: Any) -> httpx.Client:
        claims = {"tenant": self.tenant, "user": "5", "contract": self.claim} | token
        return self.service.client(self.base, permissions=permissions, **claims)

    @property
    def base(self) -> str:
        return "" if self.claim else self.dialect.base

    @property
    def prefix(self) -> str:
        return self.dialect.shared if self.claim else ""

    @property
    def log_at(self) -> str:
        return self.prefix + self.dialect.log_at(self.contact)

    @property
    def list_at(self) -> str:
        return self.prefix + self.dialect.list_at(self.contact)

    def path(self, id: object) -> str:
        return self.prefix + self.dialect.one_at(self.contact, id)

    def body(self, text: str = "Spoke about it", day: int = 1) -> Json:
        return self.dialect.body(self.contact, text, day)

    def log(self, text: str = "Spoke about it", day: int = 1) -> Json:
        response = self.client().post(self.log_at, json=self.body(text, day))
        return self.done(response, 201)

    def read(self, id: object) -> Json:
        return self.done(self.client().get(self.path(id)))

    def listed(self, **query: Any) -> list[Json]:
        response = self.client().get(self.list_at, params=query)
        assert response.status_code == 200, response.text
        return self.dialect.records(response.json())

    def correct(self, id: object, body: Json, **more: Any) -> httpx.Response:
        return self.client().request(self.dialect.correct, self.path(id), json=body, **more)

    def done(self, response: httpx.Response, status: int = 200) -> Json:
        """The interaction in an answer."""
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/json"
        return self.dialect.record(response.json())

    def refused(self, response: httpx.Response, *statuses: int) -> str:
        """The text of a refusal, which has to have the contract's own form."""
        assert response.status_code in statuses, response.text
        assert in_form(self.dialect.name, response)
        return response.text

    def events(self) -> int:
        return self.service.count_events(self.tenant)

    def ids(self, shown: Json) -> tuple[str, int]:
        """The UUID and the number of an interaction of this contract."""
        native = self.service.client(tenant=self.tenant)
        found = native.get(f"/api/interactions/{shown['id']}").json()
        return found["id"], found["number"]
