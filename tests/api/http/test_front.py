"""Ids, methods, paths and browsers are treated alike, whichever contract answers."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.examples import each_contract
from tests.api.hostile import FORMS, MARK
from tests.api.running import Service, running

PAGE = "https://pages.example.org"


@pytest.fixture(scope="module")
def watched(database: Callable[[], str]) -> Iterator[Service]:
    """A kith that browsers may call, and that takes bodies of a kilobyte."""
    with running(database(), cors_origins=(PAGE,), max_body_bytes=1024) as one:
        yield one


class TestRequestIds:
    @pytest.mark.parametrize("path", ["/api/contacts", "/nope", "/docs", "/metrics", "/sites/nope"])
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    def test_every_answer_has_one(self, service, path, method):
        answers = [service.anonymous().request(method, path) for _ in range(2)]
        first, second = (answer.headers["x-request-id"] for answer in answers)
        assert first != second

    @pytest.mark.parametrize("given", ["abc-1", "A.b_c:D", "x" * 64])
    def test_a_sane_one_is_kept(self, service, given):
        response = service.anonymous().get("/health/live", headers={"X-Request-ID": given})
        assert response.headers["x-request-id"] == given

    @pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a;b", "é", "<script>", '"'])
    def test_any_other_isnt(self, service, given):
        headers = {"X-Request-ID": given.encode()}
        response = service.anonymous().get("/health/live", headers=headers)
        assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])

    def test_an_event_remembers_it(self, service, tenant):
        client = service.client(tenant=tenant)
        headers = {"X-Request-ID": "remember-me"}
        assert client.post("/api/contacts", json={"name": "A"}, headers=headers).is_success
        (state,) = service.states(tenant)
        assert '"remember-me"' in state


@each_contract
class TestAddresses:
    def test_an_unknown_path_is_404_in_the_contracts_form(self, service, contract):
        for path in ("/nope", "/api/nope", "/%00", f"/{MARK}", "/api/", "//", "/docs/assets/x.js"):
            response = service.anonymous(contract.base).get(path)
            if contract.name != "tracking" and path == "//":
                continue
            assert response.status_code == 404, path
            assert set(response.json()) == FORMS[contract.name]
            assert MARK not in response.text

    def test_a_method_that_isnt_there_is_405_and_says_which_are(self, service, contract):
        methods: dict[str, set[str]] = {}
        for route in contract.app.router.routes:
            if getattr(route, "methods", None):
                methods.setdefault(route.path, set()).update(route.methods)
        for known in methods.values():
            known |= {"HEAD"} if "GET" in known else set()
        for path, known in methods.items():
            asked = re.sub("{.*?}", "1", path)
            fitting = {
                method
                for other, more in methods.items()
                if re.fullmatch(re.sub("{.*?}", "[^/]+", other), asked)
                for method in more
            }
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - fitting:
                response = service.anonymous(contract.base).request(method, asked)
                assert response.status_code == 405, (method, asked)
                assert known <= set(response.headers["allow"].split(", ")) <= fitting
                assert set(response.json()) == FORMS[contract.name]
            if "HEAD" not in fitting:
                response = service.anonymous(contract.base).head(asked)
                assert (response.status_code, response.content) == (405, b"")

    def test_its_documents_are_public(self, service, contract):
        anonymous = service.anonymous(contract.base)
        document = anonymous.get("/openapi.json").json()
        assert document["info"]["title"] == f"kith: {contract.name}"
        page = anonymous.get("/docs")
        assert page.status_code == 200
        assert f'"{contract.base}/openapi.json"' in page.text.replace("'", '"')
        links = re.findall(r'(?:href|src)="([^"]+)"', page.text)
        assert len(links) >= 3
        for link in links:
            assert service.anonymous().get(link).status_code == 200, link


class TestBrowsers:
    def test_of_a_known_page_may_call(self, watched):
        response = watched.anonymous().options(
            "/api/interactions/1",
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "authorization, content-type, if-match",
            },
        )
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == PAGE
        assert "PUT" in response.headers["access-control-allow-methods"]
        assert "authorization" in response.headers["access-control-allow-headers"]
        assert "x-request-id" in response.headers

    def test_of_a_known_page_may_read_answers_and_refusals(self, watched):
        for client in (watched.client(), watched.anonymous()):
            response = client.get("/api/contacts", headers={"Origin": PAGE})
            assert response.headers["access-control-allow-origin"] == PAGE
            exposed = response.headers["access-control-expose-headers"]
            assert {"ETag", "Link", "Location", "X-Request-ID"} <= set(exposed.split(", "))
            varies = {part.strip() for part in response.headers["vary"].split(",")}
            assert {"Origin", "Authorization"} <= varies

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", PAGE + ".evil", "http://x"])
    def test_of_any_other_page_may_not(self, watched, origin):
        for response in (
            watched.client().get("/api/contacts", headers={"Origin": origin}),
            watched.anonymous().options(
                "/api/contacts",
                headers={"Origin": origin, "Access-Control-Request-Method": "GET"},
            ),
        ):
            assert "access-control-allow-origin" not in response.headers

    def test_of_no_page_may_where_none_is_named(self, service):
        response = service.client().get("/api/contacts", headers={"Origin": PAGE})
        assert "access-control-allow-origin" not in response.headers


def test_the_limit_of_bodies_can_be_set(watched):
    client = watched.client(tenant="limit")
    body = b'{"name": "A"}'
    assert client.post("/api/contacts", content=body.ljust(1024)).status_code == 201
    assert client.post("/api/contacts", content=body.ljust(1025)).status_code == 413


class TestTooMuch:
    @pytest.fixture
    def narrow(self, watched: Service) -> Iterator[Service]:
        """Two commands of a tenant may wait, and no more."""
        queue = watched.services.system.appender._queue
        longest, queue._longest = queue._longest, 4
        yield watched
        queue._longest = longest

    def test_is_503_with_the_time_to_come_back_and_no_effect(self, narrow, tenant):
        client = narrow.client(tenant=tenant)

        def add(number: int) -> int:
            response = client.post("/api/contacts", json={"name": str(number)})
            if response.status_code == 503:
                assert response.headers["retry-after"] == "1"
                assert response.headers["content-type"] == "application/problem+json"
                assert response.json()["code"] == "overloaded"
            return response.status_code

        with ThreadPoolExecutor(40) as pool:
            statuses = [status for _ in range(5) for status in pool.map(add, range(80))]
        assert set(statuses) == {201, 503}
        assert narrow.count_events(tenant) == statuses.count(201)
        assert client.get("/api/contacts").json()["totalCount"] == statuses.count(201)


def test_health_says_that_it_is_well(service):
    anonymous = service.anonymous()
    assert anonymous.get("/health/live").json() == {"status": "ok"}
    ready = anonymous.get("/health/ready").json()
    assert (ready["status"], ready["database"]) == ("ok", "ok")


def test_metrics_count_requests_without_what_callers_invent(service, tenant):
    client = service.client(tenant=tenant)
    client.get(f"/api/contacts/{MARK}")
    client.get(f"/{MARK}")
    client.request("TRACE", f"/api/{MARK}")
    exposed = client.get("/metrics").text
    assert 'kith_requests_total{method="GET",route="/api/contacts/{contact_id}",status="404"}' in (
        exposed
    )
    assert MARK not in exposed
    assert "kith_projection_lag_events" in exposed
