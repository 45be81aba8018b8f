"""Pages of large records: by cursor they end by bytes, by number they come in pieces; either way
nothing is lost or repeated, and no more of a page than a piece is in memory."""

import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from api.http import pieces
from infrastructure.tenant_limiter import ByteBudget
from projections.paging import PAGE_BYTES
from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.test_status import move
from tests.api.running import Service
from tests.memory import traced

LARGE = "€" * 100_000
RECORD = len(LARGE.encode())
RECORDS = 11
"""The number of LARGE records: more than three pages by bytes."""

TAGS = ["€" * 97 + f"{number:03}" for number in range(100)]
CONTACTS = 75
"""With TAGS; more than two pages by bytes."""

FEW, MANY = 30, 90
"""Records of a page that nobody reads; few are more than sockets hold."""

Place = tuple[httpx.Client, dict[str, Any]]


@pytest.fixture(scope="module")
def place(service: Service) -> Place:
    """A tenant with one contact, all of whose lists are large."""
    client = service.client(tenant="99001")
    contact = office.add(client)
    for number in range(RECORDS):
        office.log(client, contact, notes=LARGE, date=office.ago(days=number + 1))
        office.schedule(client, contact, purpose=LARGE, scheduledDateTime=office.ago(days=number))
        status = ("inactive", "prospect")[number % 2]
        path = f"/api/contacts/{contact['id']}/reactivate"
        if status == "inactive":
            move(client, contact, relationshipStatus=status, notes=LARGE)
        else:
            office.done(client.post(path, json={"reason": "wrote again", "notes": LARGE}))
    for number in range(CONTACTS):
        office.add(client, name=f"Contact {number}", tags=TAGS)
    return client, contact


BY_CURSOR = {
    "timeline": ("/api/contacts/{id}/interactions?limit=200", "items", RECORDS),
    "interactions": ("/api/interactions?cursor=&pageSize=100", "items", RECORDS),
    "meetings": ("/api/meetings?cursor=&pageSize=100", "items", RECORDS),
    "contacts": ("/api/contacts?cursor=&pageSize=100", "items", CONTACTS + 1),
    "status history": ("/api/contacts/{id}/status-history", "items", RECORDS),
    "clients": ("/clients/api/clients/{number}/interactions?limit=200", "interactions", RECORDS),
}

BY_NUMBER = {
    "interactions": ("/api/interactions?pageSize=", "&page=", RECORDS),
    "meetings": ("/api/meetings?pageSize=", "&page=", RECORDS),
    "contacts": ("/api/contacts?pageSize=", "&page=", CONTACTS + 1),
    "sites": ("/sites/api/interactions?per_page=", "&page=", RECORDS),
    "sites by title": (
        "/sites/api/interactions?sort_by=title&sort_direction=asc&per_page=",
        "&page=",
        RECORDS,
    ),
    "sites found": ("/sites/api/interactions?search=call&per_page=", "&page=", RECORDS),
    "relationships": ("/relationships/contacts/{id}/interactions?limit=", "&skip=", RECORDS),
    "rapport": ("/rapport/api/v1/contacts/{id}/interactions?limit=", "&skip=", RECORDS),
}


def records(body: Any) -> list[Any]:
    """The records of a page of any contract."""
    if isinstance(body, list):
        return body
    found: list[Any] = body.get("items") or body.get("interactions") or []
    return found or body["data"]["interactions"]


@pytest.mark.parametrize("name", BY_CURSOR)
def test_a_page_by_cursor_ends_with_the_record_that_exceeds_its_bytes(place: Place, name: str):
    client, contact = place
    path, key, number = BY_CURSOR[name]
    found, pages = [], 0
    response = client.get(path.format(**contact))
    while True:
        assert response.status_code == 200, response.text
        page = response.json()[key]
        assert page
        assert len(response.content) < PAGE_BYTES + 2 * RECORD
        found += page
        pages += 1
        if "next" not in response.links:
            break
        response = client.get(response.links["next"]["url"])
    assert len(found) == number
    texts = [str(record) for record in found]
    assert len(set(texts)) == number
    assert pages > 2
    assert pages <= number // 2


@pytest.mark.parametrize("name", BY_NUMBER)
def test_a_page_by_number_is_exact_whatever_its_size(place: Place, name: str):
    client, contact = place
    start, at, number = BY_NUMBER[name]
    path = start.format(**contact)
    whole = client.get(f"{path}100")
    assert whole.status_code == 200
    assert whole.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in whole.headers
    one_by_one = []
    for index in range(number):
        single = client.get(f"{path}1{at}{index if at == '&skip=' else index + 1}")
        assert "content-length" in single.headers
        one_by_one += records(single.json())
    assert len(records(whole.json())) == number
    assert records(whole.json()) == one_by_one
    assert "next" not in whole.links
    first = client.get(f"{path}{number - 1}")
    assert records(first.json()) == one_by_one[:-1]
    rest = records(client.get(first.links["next"]["url"]).json())
    assert rest == one_by_one[-1:]


def test_totals_are_around_a_page_in_pieces(place: Place):
    client, contact = place
    page = client.get("/api/interactions?pageSize=100").json()
    assert {**page, "items": None} == {
        "items": None, "page": 1, "pageSize": 100, "totalCount": RECORDS, "totalPages": 1,
    }  # fmt: skip
    path = f"/relationships/contacts/{contact['id']}/interactions?limit=100"
    assert {**client.get(path).json(), "interactions": None} == {
        "interactions": None, "total": RECORDS, "skip": 0, "limit": 100,
    }  # fmt: skip
    meta = client.get("/sites/api/interactions?per_page=100").json()["meta"]
    assert meta["pagination"]["total_records"] == RECORDS


def test_a_head_of_a_page_in_pieces_reads_its_first_piece_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    client, _ = place
    path, read = "/api/interactions?pageSize=100", []
    made: Any = pieces._pieces

    def counted(*given: Any) -> Any:
        *others, rest, end = given

        def reading(ids: Sequence[UUID]) -> Any:
            read.append(ids)
            return rest(ids)

        return made(*others, reading, end)

    monkeypatch.setattr(pieces, "_pieces", counted)
    head = client.head(path)
    assert (head.status_code, head.content, len(read)) == (200, b"", 0)
    assert len(client.get(path).json()["items"]) == RECORDS
    assert len(read) > 1


class TestMemory:
    CLIENTS = 3

    def _held(self, service: Service, tenant: str) -> int:
        """The memory that a page of everything holds while its clients read nothing."""
        address = urlsplit(service.url)
        request = (
            "GET /api/interactions?pageSize=100 HTTP/1.1\r\nHost: kith\r\n"
            f"Authorization: Bearer {service.token(tenant=tenant)}\r\n\r\n"
        ).encode()
        with ExitStack() as opened:
            with traced() as found:
                for _ in range(self.CLIENTS):
                    client = opened.enter_context(socket.socket())
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    client.connect((address.hostname, address.port))
                    client.sendall(request)
                time.sleep(2)  # for whatever is read to be read
            return found.held

    def _growth(self, service: Service, tenants: tuple[str, str]) -> int:
        """By how much more memory pages of many records hold than those of few."""
        held = []
        for tenant, number in zip(tenants, (FEW, MANY), strict=True):
            client = service.client(tenant=tenant)
            contact = office.add(client)
            for _ in range(number):
                office.log(client, contact, notes=LARGE)
            client.get("/api/analytics/interactions")  # waits for the projector
            held.append(self._held(service, tenant))
        return held[1] - held[0]

    def test_unread_pages_take_no_more_memory_for_more_records(
        self, service: Service, tenant: str, other_tenant: str
    ):
        assert self._growth(service, (tenant, other_tenant)) < 4 * PAGE_BYTES

    def test_a_mutant_without_bytes_takes_more(
        self,
        service: Service,
        tenant: str,
        other_tenant: str,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr("projections.paging.PAGE_BYTES", 10**9)
        monkeypatch.setattr(service.services, "answers", ByteBudget(10**12, each=10**12))
        assert self._growth(service, (tenant, other_tenant)) > 20 * PAGE_BYTES
