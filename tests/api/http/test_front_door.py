"""Which contract answers where, by contracts that say nothing but their names."""

import asyncio
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.front import Contract, FrontDoor

SECRET = "nobody verifies this one, it is for routing only"


def app(name: str, *routes: str) -> FastAPI:
    """An application that answers these "METHOD /path" with its name and its base URL."""
    made = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    async def answer(request: Request) -> Response:
        return JSONResponse({"by": name, "base": request.scope.get("root_path", "")})

    async def refuse(_: Request, error: Any) -> Response:
        return JSONResponse({"by": name, "status": error.status_code}, error.status_code)

    for route in routes:
        method, path = route.split()
        made.router.add_route(path, answer, [method], include_in_schema=False)
    made.add_exception_handler(404, refuse)
    made.add_exception_handler(405, refuse)
    return made


NATIVE = Contract(
    "native",
    "",
    app(
        "native",
        "GET /api/records",
        "POST /api/records",
        "GET /api/records/{id}",
        "DELETE /api/records/{id}",
        "GET /api/people/{id}/records",
        "GET /docs",
    ),
)
OTHERS = (
    Contract(
        "sites",
        "/sites",
        app("sites", "GET /api/records", "PUT /api/records/{id}", "GET /docs"),
        shared=("/api/records",),
    ),
    Contract(
        "people",
        "/people",
        app("people", "GET /people/{id}/records", "GET /api/people/{id}/records"),
        own=("/people",),
        shared=("/api/people",),
    ),
    Contract("old", "/old", app("old", "GET /api/v1/records"), own=("/api/v1", "/api/services")),
)
DOOR = FrontDoor(NATIVE, OTHERS)


def ask(method: str, path: str, claim: Any = None, *, header: str | None = None) -> httpx.Response:
    if header is None and claim is not None:
        header = "Bearer " + jwt.encode({"contract": claim}, SECRET, "HS256")
    headers = {} if header is None else {"Authorization": header}

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(DOOR)
        async with httpx.AsyncClient(transport=transport, base_url="http://kith") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(go())


def who(response: httpx.Response) -> str:
    return str(response.json()["by"])


class TestBaseUrls:
    @pytest.mark.parametrize("claim", [None, "people", "native", "nobody"])
    def test_a_contract_answers_below_its_own_whatever_the_token_claims(self, claim):
        response = ask("GET", "/sites/api/records", claim)
        assert response.json() == {"by": "sites", "base": "/sites"}
        assert "vary" not in response.headers

    def test_a_contract_answers_unknown_paths_below_its_base_url(self):
        for method, path, status in (
            ("GET", "/sites/api/other", 404),
            ("GET", "/sites", 404),
            ("GET", "/sites/", 404),
            ("DELETE", "/sites/api/records", 405),
            ("GET", "/sites/sites/api/records", 404),
            ("GET", "/sites/old/api/v1/records", 404),
        ):
            response = ask(method, path, "native")
            assert response.json() == {"by": "sites", "status": status}

    def test_a_longer_name_is_another_path(self):
        assert who(ask("GET", "/sitesx/api/records")) == "native"
        assert who(ask("GET", "/site")) == "native"

    def test_a_base_url_goes_before_a_path_of_the_same_name(self):
        """`/people` is a base URL and a path at once: both lead to one contract."""
        assert ask("GET", "/people/people/7/records").json() == {"by": "people", "base": "/people"}
        assert who(ask("GET", "/people/api/people/7/records")) == "people"


class TestTheBareOrigin:
    @pytest.mark.parametrize("claim", [None, "sites", "native"])
    def test_a_path_of_one_contract_goes_to_that_contract(self, claim):
        response = ask("GET", "/api/v1/records", claim)
        assert response.json() == {"by": "old", "base": ""}
        assert who(ask("GET", "/api/v1", claim)) == "old"
        assert who(ask("GET", "/api/services/7", claim)) == "old"
        assert who(ask("GET", "/api/v10/records", claim)) == "native"

    def test_every_other_path_is_the_native_contracts(self):
        for path in ("/docs", "/nope", "/", "/api", "/api/recordsx"):
            response = ask("GET", path, "sites")
            assert who(response) == "native"
            assert "vary" not in response.headers


class TestSharedPaths:
    @pytest.mark.parametrize(
        ("method", "path", "claim", "by"),
        [
            ("GET", "/api/records", None, "native"),
            ("GET", "/api/records", "sites", "sites"),
            ("GET", "/api/records", "native", "native"),
            ("GET", "/api/records", "people", "native"),
            ("GET", "/api/records", "nobody", "native"),
            ("POST", "/api/records", "sites", "native"),
            ("PUT", "/api/records/7", "sites", "sites"),
            ("PUT", "/api/records/7", None, "native"),
            ("GET", "/api/records/7", "sites", "native"),
            ("DELETE", "/api/records/7", "sites", "native"),
            ("PATCH", "/api/records/7", "sites", "native"),
            ("GET", "/api/records/7/x", "sites", "native"),
            ("GET", "/api/people/7/records", None, "native"),
            ("GET", "/api/people/7/records", "people", "people"),
            ("GET", "/api/people/7/records", "sites", "native"),
        ],
    )
    def test_go_by_the_claim_where_its_contract_defines_the_pair(self, method, path, claim, by):
        response = ask(method, path, claim)
        assert who(response) == by
        assert response.headers["vary"] == "Authorization"

    @pytest.mark.parametrize(
        "header",
        [
            "Basic c2l0ZXM6c2l0ZXM=",
            "Bearer",
            "Bearer a.b.c",
            "Bearer ..",
            "Bearer " + "a" * 9000,
            "Bearer " + jwt.encode({"contract": ["sites"]}, SECRET, "HS256"),
            "Bearer " + jwt.encode({"contract": {"a": 1}}, SECRET, "HS256"),
            "Bearer " + jwt.encode({"contract": "sites\0"}, SECRET, "HS256"),
            "Bearer " + jwt.encode({"contract": "Sites"}, SECRET, "HS256"),
            "Bearer " + jwt.encode({"contract": ""}, SECRET, "HS256"),
        ],
    )
    def test_an_unreadable_claim_is_none(self, header):
        assert who(ask("GET", "/api/records", header=header)) == "native"

    def test_the_claim_is_for_routing_and_proves_nothing(self):
        """The contract verifies the token; here even an unsigned one chooses the route."""
        header = "Bearer " + jwt.encode({"contract": "sites"}, "", "none")
        assert who(ask("GET", "/api/records", header=header)) == "sites"


def test_all_paths_are_native_without_another_contract():
    door = FrontDoor(NATIVE, ())

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(door)
        async with httpx.AsyncClient(transport=transport, base_url="http://kith") as client:
            return await client.get("/sites/api/records")

    assert who(asyncio.run(go())) == "native"


class TestTheRealOnes:
    """The claims and paths of the five contracts, told apart by how they refuse."""

    ANSWERS = (
        ("GET", "/api/interactions", None, "tracking"),
        ("GET", "/api/interactions", "sites", "sites"),
        ("GET", "/api/interactions/types", "sites", "sites"),
        ("GET", "/api/interactions/types", None, "tracking"),
        ("PUT", "/api/interactions/1", "sites", "sites"),
        ("PUT", "/api/interactions/1", "relationships", "tracking"),
        ("PUT", "/api/contacts/1/status", "relationships", "relationships"),
        ("PUT", "/api/contacts/1/status", None, "tracking"),
        ("PUT", "/contacts/1/status", None, "relationships"),
        ("PUT", "/contacts/1/status", "tracking", "relationships"),
        ("PATCH", "/api/contacts/1", "relationships", "tracking"),
        ("POST", "/api/v1/interactions/", "clients", "rapport"),
        ("GET", "/api/clients/1/interactions", "sites", "clients"),
        ("GET", "/api/services", None, "clients"),
        ("GET", "/api/admin/services", "clients", "tracking"),
        ("GET", "/api/meetings", "sites", "tracking"),
    )

    @pytest.mark.parametrize(("method", "path", "claim", "by"), ANSWERS)
    def test_answer_where_they_should(self, service, tenant, method, path, claim, by):
        forms = {
            ("type", "title", "status", "detail", "code", "errors"): "tracking",
            ("status", "error"): "sites",
            ("error",): "clients",
            ("detail",): "relationships" if by == "relationships" else "rapport",
        }
        client = service.client(tenant=tenant, contract=claim, permissions=[])
        response = client.request(method, path)
        allowed = response.status_code == 200 and path.endswith("/types")
        assert allowed or response.status_code in (403, 405)
        if allowed:
            assert by == "sites"
        else:
            assert forms[tuple(response.json())] == by
        shared = path.startswith(("/api/interactions", "/api/contacts"))
        assert ("Authorization" in response.headers.get("vary", "")) == shared
