"""HEAD is there wherever GET is, and answers the same without the body."""

from collections.abc import Callable

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.examples import OPERATIONS, records
from tests.api.http.test_front import PAGE
from tests.api.running import EVERYTHING, Service, running
from tests.api.streaming import STREAM, all_gone

CHANGING = {"date", "x-request-id", "transfer-encoding"}
UNLIKE = {"/metrics", "/health/ready"}
"""Whose figures change from one request to the next."""

READING = [one for one in OPERATIONS if one.key.startswith("GET ")]


@pytest.mark.parametrize("operation", READING, ids=lambda one: f"{one.contract.name}: {one.key}")
def test_head_has_the_headers_of_get(service: Service, tenant: str, operation):
    client = service.client(
        operation.contract.base, tenant=tenant, permissions=[*EVERYTHING, "tag:immigration"]
    )
    path = operation.example.path.format_map(records(service, tenant))
    head = client.head(path)
    assert head.content == b""
    if operation.is_endless:
        assert head.status_code == 200
        return
    get = client.get(path)
    assert head.status_code == get.status_code
    assert _lasting(head, path) == _lasting(get, path)


def _lasting(response: httpx.Response, path: str) -> dict[str, str]:
    """The headers that are the same from one request to the next; how a body without a length is
    sent is not said where there is none."""
    left_out = CHANGING | ({"content-length"} if path in UNLIKE else set())
    return {name: value for name, value in response.headers.items() if name not in left_out}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/docs", "/openapi.json"])
def test_health_endpoints_answer_head(service: Service, path: str):
    response = service.anonymous().head(path)
    assert response.status_code == 200
    assert int(response.headers["content-length"]) > 0


def test_refusals_are_those_of_get(service: Service, tenant: str):
    anonymous, client = service.anonymous(), service.client(tenant=tenant)
    assert anonymous.head("/api/contacts").status_code == 401
    assert client.head("/api/contacts/nobody").status_code == 404
    assert client.head("/nope").status_code == 404


def test_head_of_an_event_stream_ends_and_keeps_the_connection(service: Service, tenant: str):
    client = service.client(tenant=tenant)
    office.log(client, office.add(client))
    all_gone(service)
    for _ in range(3):
        head = client.head(STREAM, params={"after": 0})
        assert head.headers["content-type"].startswith("text/event-stream")
        assert client.get("/api/contacts").json()["totalCount"] == 1
    all_gone(service)


def test_allowed_methods_include_head(service: Service, tenant: str):
    client = service.client(tenant=tenant)
    assert client.put("/api/contacts").headers["allow"] == "GET, HEAD, POST"
    assert client.head("/api/webhooks/1/test").headers["allow"] == "POST"


def test_a_head_request_is_counted_as_head(service: Service):
    anonymous = service.anonymous()
    anonymous.head("/health/live")
    counted = 'kith_requests_total{method="HEAD",route="/health/live",status="200"}'
    assert counted in anonymous.get("/metrics").text


def test_pages_of_a_known_origin_may_use_head(database: Callable[[], str]):
    with running(database(), cors_origins=(PAGE,)) as service:
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "HEAD"}
        assert service.anonymous().options("/api/contacts", headers=asked).status_code == 200
