"""Answers that wait for their clients have a budget of memory, of each tenant and of all."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from infrastructure.tenant_limiter import ByteBudget
from projections.paging import PAGE_BYTES
from tests.api.contracts.tracking import office
from tests.api.http.test_unread import LARGE, RECORDS, asking
from tests.api.running import Service
from tests.api.streaming import eventually

PAGE = "/api/interactions?pageSize=100"


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    """A client of a tenant with a page of 8 MB."""
    client = service.client(tenant=tenant)
    contact = office.add(client)
    for _ in range(RECORDS):
        office.log(client, contact, notes=LARGE)
    return client


@pytest.fixture
def budget(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[ByteBudget]:
    """Two answers at a time."""
    one = ByteBudget(100 * PAGE_BYTES, each=5 * PAGE_BYTES // 2)
    monkeypatch.setattr(service.services, "answers", one)
    yield one
    eventually(lambda: one._held == 0)


def unread(service: Service, tenant: str, opened: ExitStack, times: int) -> None:
    token = f"Authorization: Bearer {service.token(tenant=tenant)}"
    request = f"GET {PAGE} HTTP/1.1\r\nHost: kith\r\n{token}\r\n\r\n".encode()
    for _ in range(times):
        opened.enter_context(asking(service, request))


def test_a_tenants_large_answers_wait_for_so_many_bytes_at_most(
    service: Service, tenant: str, other_tenant: str, client: httpx.Client, budget: ByteBudget
):
    with ExitStack() as opened:
        unread(service, tenant, opened, 2)
        eventually(lambda: budget._held == 2 * PAGE_BYTES)
        refused = client.get(PAGE)
        assert refused.status_code == 503
        assert refused.json()["code"] == "overloaded"
        assert client.get("/api/interactions?pageSize=1").status_code == 200, "there is room"
        assert client.get("/api/contacts").status_code == 200
        assert service.client(tenant=other_tenant).get(PAGE).status_code == 200
    eventually(lambda: budget._held == 0)
    assert client.get(PAGE).status_code == 200


def test_a_command_is_refused_before_it_has_an_effect(
    service: Service, tenant: str, client: httpx.Client, budget: ByteBudget
):
    contact = client.get("/api/contacts").json()["items"][0]["id"]
    body = {"contactId": contact, "interactionType": "call", "date": "2024-01-02T10:00:00Z"}
    budget._each = PAGE_BYTES
    with ExitStack() as opened:
        unread(service, tenant, opened, 1)
        eventually(lambda: budget._held == PAGE_BYTES)
        events = service.count_events(tenant)
        refused = client.post("/api/interactions", json=body)
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert service.count_events(tenant) == events
    eventually(lambda: budget._held == 0)
    assert client.post("/api/interactions", json=body | {"notes": LARGE}).status_code == 201


def test_a_mutant_without_the_budget_holds_every_answer(
    service: Service, tenant: str, client: httpx.Client, budget: ByteBudget
):
    budget._each = 1 << 60
    with ExitStack() as opened:
        unread(service, tenant, opened, 4)
        eventually(lambda: budget._held == 4 * PAGE_BYTES)
        assert client.get(PAGE).status_code == 200


def test_the_openapi_document_is_written_once(service: Service):
    client = service.anonymous()
    first, again = client.get("/openapi.json"), client.get("/openapi.json")
    assert first.content == again.content
    assert first.json()["openapi"]
    assert client.get("/sites/openapi.json").json()["servers"] == [{"url": "/sites"}]
