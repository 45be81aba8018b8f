"""The headers that keep a tenant's data out of caches, and the policy of the documents' page."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.openapi.docs import get_swagger_ui_html

from api.http.caching import SECONDS
from api.http.docs import POLICY, policy
from api.http.route import PUBLIC
from tests.api.examples import each_contract, each_operation, records
from tests.api.running import EVERYTHING
from tests.api.streaming import STREAM

DOCUMENTS = ("/openapi.json", "/docs", "/docs/assets/swagger-ui.css")
DESCRIPTIONS = ("/asyncapi.json", "/schemas/kith.contact.added.v1.json")


def is_uncached(response: httpx.Response) -> bool:
    return response.headers.get_list("cache-control") == ["no-store"]


def is_cacheable(response: httpx.Response) -> bool:
    return response.headers.get_list("cache-control") == [f"public, max-age={SECONDS}"]


@each_operation
def test_no_answer_with_a_tenants_data_is_kept_by_a_cache(service, tenant, operation):
    client = service.client(operation.contract.base, tenant=tenant, permissions=EVERYTHING)
    names = records(service, tenant)
    for answer in (operation.send(client, names), operation.send(service.anonymous(), names)):
        documents = operation.permission == PUBLIC and answer.is_success
        assert is_uncached(answer) or (documents and is_cacheable(answer))


def test_events_are_kept_by_no_cache(service, tenant):
    assert is_uncached(service.client(tenant=tenant).head(STREAM))


@pytest.mark.parametrize("path", ["/nope", "/docs/assets/nope.js", "/schemas/nope.json"])
def test_no_refusal_is_kept_by_a_cache(service, path):
    assert is_uncached(service.anonymous().get(path))
    assert is_uncached(service.anonymous().post(path))


@each_contract
@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_cacheable(service, contract, path):
    assert is_cacheable(service.anonymous(contract.base).get(path))


@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_descriptions_of_events_are_cacheable(service, path):
    assert is_cacheable(service.anonymous().get(path))


def test_a_client_that_kept_an_asset_gets_304(service):
    path = DOCUMENTS[-1]
    tag = service.anonymous().get(path).headers["etag"]
    again = service.anonymous().get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert is_cacheable(again)


@pytest.mark.parametrize(
    "path", ["/health/live", "/metrics", "/api/contacts", "/nope", *DOCUMENTS, *DESCRIPTIONS]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_no_answer_is_sniffed(service, method, path):
    response = service.client().request(method, path)
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("request_line", [b"nonsense", b"GET /%s HTTP/1.1" % (b"x" * 66_000)])
def test_no_refusal_of_the_server_itself_is_sniffed(service, request_line):
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as client:
        client.sendall(request_line + b"\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        received = b""
        while piece := client.recv(65_536):
            received += piece
    assert received.split()[1] in (b"400", b"431")
    assert b"x-content-type-options: nosniff\r\n" in received.lower()


@each_contract
class TestPage:
    def test_scripts_and_styles_are_those_that_it_is_served(self, service, contract):
        page = service.anonymous(contract.base).get("/docs")
        given = page.headers["content-security-policy"]
        assert given == policy(page.content)
        assert given.count("'sha256-") == len(re.findall("<script>", page.text)) == 1
        assert not re.search(r"<style|\sstyle=|\son\w+=", page.text)
        for link in re.findall(r'(?:href|src)="([^"]+)"', page.text):
            assert link.startswith(f"{contract.base}/docs/assets/")

    def test_tokens_are_not_persisted(self, service, contract):
        page = service.anonymous(contract.base).get("/docs").text
        assert re.search(r'"persistAuthorization":\s*false', page)


def test_the_policy_allows_nothing_else():
    assert policy(b"") == POLICY.format(scripts="")
    assert policy(b"<script>1</script><script>2</script>").count("'sha256-") == 2
    for loose in ("unsafe", "*", "http", "blob"):
        assert loose not in POLICY


def test_fastapis_own_page_would_be_refused():
    """The page's scripts come from elsewhere, and a changed script has another hash."""
    theirs = bytes(get_swagger_ui_html(openapi_url="/openapi.json", title="kith").body)
    assert policy(theirs) != policy(theirs.replace(b"SwaggerUIBundle({", b"evil({"))
