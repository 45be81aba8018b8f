"""No request, and no start, leaves a line in PostgreSQL's log: a guess that misses is no error."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.system import prepare_database
from tests.api.running import EVERYTHING, Service, running


class ServerLog:
    """The lines of the tests' PostgreSQL since this was made."""

    def __init__(self, postgres: EmbeddedPostgres):
        self._path = Path(postgres._data_dir) / "postgres" / "server.log"
        self._start = self._path.stat().st_size

    def lines(self) -> list[str]:
        said = self._path.read_bytes()[self._start :].decode()
        return [line for line in said.splitlines() if " LOG:  checkpoint" not in line]


@pytest.fixture
def log(service: Service, postgres: EmbeddedPostgres) -> ServerLog:
    assert service.url, "it has started, and is quiet"
    return ServerLog(postgres)


NUMBERS = ("0", "-1", "007", "4711", "9223372036854775807", "9223372036854775808", "9" * 40)
NAMES = (*NUMBERS, str(uuid4()), "0" * 36, "x", "%00", "%5Cu0000", "%F0%9F%98%80", "1e5", "NaN")


@pytest.mark.parametrize("path", ["contacts", "interactions", "meetings", "webhooks", "services"])
def test_guessed_names_of_records_leave_no_line(
    service: Service, tenant: str, log: ServerLog, path: str
):
    client = service.client(tenant=tenant)
    for name in NAMES:
        for method in ("GET", "DELETE"):
            assert client.request(method, f"/api/{path}/{name}").status_code < 500
    assert log.lines() == []


@pytest.mark.parametrize(
    "query",
    [
        "contacts?search=%25_%5C&tags=%5C",
        "contacts?cursor=WyIyMDI0LTAxLTAxVDAwOjAwOjAwWiIsIngiLCJ5Il0",
        "interactions?search=%5Cu0000%E2%80%AE&participant=%25%25",
        "interactions?startDate=0001-01-01&endDate=9999-12-31",
        "interactions?startDate=9999-12-31T23:59:59.999999-23:59",
        "interactions?contactId=9223372036854775807",
        "analytics/interactions?contactId=9223372036854775808",
        "analytics/interactions?startDate=0001-01-01&endDate=9999-12-31&groupBy=week",
        "events?after=9223372036854775807",
        "events?after=99999999999999999999&subject=interaction/x",
        "events?type=%5C&limit=1",
    ],
)
def test_guessed_filters_leave_no_line(service: Service, tenant: str, log: ServerLog, query: str):
    assert service.client(tenant=tenant).get(f"/api/{query}").status_code < 500
    assert log.lines() == []


def test_guessed_versions_keys_and_tokens_leave_no_line(
    service: Service, tenant: str, log: ServerLog
):
    client = service.client(tenant=tenant)
    made = client.post("/api/contacts", json={"name": "Ann"}, headers={"Idempotency-Key": "a"})
    assert made.status_code == 201
    at = f"/api/contacts/{made.json()['id']}"
    for guess in ('"1"', '"99999999999999999999"', '"x"', '"0"', "*"):
        client.patch(at, json={"name": "Bob"}, headers={"If-Match": guess})
    for name in ("Ann", "Bob"):
        client.post("/api/contacts", json={"name": name}, headers={"Idempotency-Key": "a"})
    for key in ("\u00e9".encode(), b"'", b"\\u0000", b"x" * 300):
        client.post("/api/contacts", json={"name": "x"}, headers={b"Idempotency-Key": key})
    for text in ("\x00", "\ud800", "\u202e\x1b"):
        client.post("/api/contacts", content=f'{{"name": "{text!a}"}}'.replace("'", ""))
    with service.with_header("Bearer x.y.z") as stranger:
        assert stranger.get(at).status_code == 401
    assert log.lines() == []


def test_guessed_ends_of_hidden_records_leave_no_line(
    service: Service, tenant: str, log: ServerLog
):
    seeing = (*EVERYTHING, "tag:immigration")
    knows = service.client(tenant=tenant, permissions=seeing)
    contact = knows.post("/api/contacts", json={"name": "Ann"}).json()["id"]
    body = {"contactId": contact, "interactionType": "call", "date": "2024-01-01T00:00:00Z"}
    hidden = knows.post("/api/interactions", json=body | {"duration": 90, "tags": ["immigration"]})
    assert hidden.status_code == 201, hidden.text
    clerk = service.client(tenant=tenant, permissions=("view_contacts", "edit_contacts"))
    at, statuses = f"/api/interactions/{hidden.json()['id']}", set()
    for date in ("2024-01-02T00:00:00Z", "9999-12-31T22:30:00Z", "9999-12-31T23:59:59.999999Z"):
        statuses.add(clerk.put(at, json=body | {"date": date}).status_code)
    assert statuses <= {200, 422}
    assert log.lines() == []


def test_writers_who_expect_the_same_leave_no_line(
    database: Callable[[], str], postgres: EmbeddedPostgres
):
    conninfo = database()
    with running(conninfo) as one, running(conninfo) as other:
        clients = [each.client(tenant="1") for each in (one, other)]
        made = clients[0].post("/api/contacts", json={"name": "Ann"})
        at = f"/api/contacts/{made.json()['id']}"
        log = ServerLog(postgres)

        def race(number: int) -> httpx.Response:
            return clients[number % 2].patch(
                at, json={"name": f"Ann {number}"}, headers={"If-Match": made.headers["etag"]}
            )

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(answer.status_code for answer in pool.map(race, range(40)))
        assert statuses == [200] + [412] * 39
        assert log.lines() == []


def test_a_start_on_a_database_that_is_up_to_date_leaves_no_line(
    database: Callable[[], str], postgres: EmbeddedPostgres
):
    conninfo = database()
    prepare_database(conninfo)
    with running(conninfo):
        pass
    log = ServerLog(postgres)
    prepare_database(conninfo)
    with running(conninfo):
        pass
    assert log.lines() == []


def test_an_error_of_the_database_leaves_lines(
    database: Callable[[], str], postgres: EmbeddedPostgres
):
    log = ServerLog(postgres)
    with psycopg.connect(database()) as connection, pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1/0")
    assert len(log.lines()) == 2
