"""An example request for every route of every contract, and the records that they are about.

Each contract has a table `EXAMPLES` in tests/api/contracts/<name>/examples.py, by method and path
of the route table. What walks over all routes takes its requests from there; a route without an
example fails the build.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx
import pytest

from api.contracts_served import native, others
from api.http.front import Contract
from api.http.route import ContractRoute
from tests.api.connected import new_account
from tests.api.contracts.tracking import office
from tests.api.running import Service
from tests.api.streaming import ask
from tests.api.webhooked import new_webhook, past_delivery

SECRET = "sesame-4711"
"""Stands in every text of the records, and is to be seen by nobody else."""


@dataclass(frozen=True)
class Example:
    """A request that succeeds with `status`. Names in braces, in the path and in texts of the
    body, stand for records (see `records`); where those are another tenant's, it is `foreign`."""

    path: str
    body: Any = None
    status: int = 200
    foreign: int = 404

    @property
    def names_a_record(self) -> bool:
        return "{" in self.path or "{" in (json.dumps(self.body or "").replace('{"', ""))


@dataclass(frozen=True)
class Operation:
    """One method of one route of one contract, with its example."""

    contract: Contract
    method: str
    route: ContractRoute
    example: Example

    @property
    def key(self) -> str:
        return f"{self.method} {self.route.path}"

    @property
    def permission(self) -> str:
        return self.route.permission

    @property
    def takes_tags(self) -> bool:
        """True if restricted tags in the query are documented."""
        return any(one["name"] == "tags" for one in self.documented.get("parameters", ()))

    @property
    def is_endless(self) -> bool:
        """True if the answer is a stream without an end."""
        return "text/event-stream" in self.documented["responses"].get("200", {}).get("content", {})

    @property
    def documented(self) -> dict[str, Any]:
        """The operation in the contract's OpenAPI document; of a path that only stands in for
        another one, that of the other."""
        endpoint, method = self.route.endpoint, self.method
        paths = self.contract.app.openapi()["paths"]
        (path,) = {
            route.path
            for other, route in routes(self.contract)
            if (other, route.endpoint) == (method, endpoint) and route.include_in_schema
        }
        operation: dict[str, Any] = paths[path][method.lower()]
        return operation

    def send(self, client: httpx.Client, names: Mapping[str, str], **more: Any) -> httpx.Response:
        if self.example.body is not None:
            more = {"json": filled(self.example.body, names)} | more
        return ask(client, self.method, self.example.path.format_map(names), **more)


def filled(body: Any, names: Mapping[str, str]) -> Any:
    """The body with its names replaced; a number stays one."""
    if isinstance(body, dict):
        return {key: filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, names) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        text = body.format_map(names)
        return int(text) if text.isdecimal() else text
    return body


def operations() -> Iterator[Operation]:
    """All there are, straight from the route tables."""
    for contract in (native(), *others()):
        table = import_module(f"tests.api.contracts.{contract.name}.examples").EXAMPLES
        for method, route in routes(contract):
            example = table.get(f"{method} {route.path}")
            assert example is not None, f"{contract.name} lacks an example: {method} {route.path}"
            yield Operation(contract, method, route, example)


def routes(contract: Contract) -> Iterator[tuple[str, ContractRoute]]:
    for route in contract.app.router.routes:
        if isinstance(route, ContractRoute):
            for method in sorted(route.methods or ()):
                yield method, route


OPERATIONS = list(operations())
each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda one: f"{one.contract.name}: {one.key}"
)
each_contract = pytest.mark.parametrize(
    "contract",
    {one.contract.name: one.contract for one in OPERATIONS}.values(),
    ids=lambda c: c.name,
)
ENDPOINTS = list({one.route.endpoint: one for one in OPERATIONS}.values())
"""One operation of each endpoint: some have two paths or two methods."""

each_endpoint = pytest.mark.parametrize(
    "operation", ENDPOINTS, ids=lambda one: f"{one.contract.name}: {one.key}"
)
each_with_body = pytest.mark.parametrize(
    "operation",
    [one for one in ENDPOINTS if one.route.body_field is not None],
    ids=lambda one: f"{one.contract.name}: {one.key}",
)


def records(service: Service, tenant: str) -> dict[str, str]:
    """Records of a tenant, by the names that examples use, all of them user 5's."""
    client = service.client(tenant=tenant, user="5")
    contact = office.add(client, name=SECRET, company=SECRET, tags=[SECRET])
    removed = office.add(client, name=SECRET)
    inactive = office.add(client, name=SECRET)
    interaction = office.log(client, contact, notes=SECRET, duration=30, location=SECRET)
    meeting = office.schedule(client, contact, purpose=SECRET)
    client.delete(f"/api/contacts/{removed['id']}")
    client.put(f"/api/contacts/{inactive['id']}/status", json={"relationshipStatus": "inactive"})
    tactic = {"name": SECRET, "domain": "Social Psychology", "description": SECRET}
    offer = {"serviceName": SECRET, "programName": SECRET}
    webhook = new_webhook(client, description=SECRET)
    account = new_account(client, name=SECRET)["id"]
    (calendar,) = client.get(f"/api/accounts/{account}/calendars").json()["items"]
    return {
        "contact": contact["id"],
        "contact_number": str(contact["number"]),
        "removed": removed["id"],
        "inactive": inactive["id"],
        "interaction": interaction["id"],
        "interaction_number": str(interaction["number"]),
        "meeting": meeting["id"],
        "tactic": office.done(client.post("/api/admin/tactics", json=tactic), 201)["id"],
        "service": str(office.done(client.post("/api/admin/services", json=offer), 201)["id"]),
        "feed": office.done(client.post("/api/calendar-feeds"), 201)["id"],
        "webhook": webhook["id"],
        "delivery": past_delivery(service, tenant, webhook["id"]),
        "account": account,
        "calendar": calendar["id"],
    }
