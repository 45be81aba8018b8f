"""Access to every route of every contract: no token, each role, own and other tenant.

Generated from the route tables: a new route is included, or fails for want of an example.
"""

from collections.abc import Iterable

import httpx
import jwt
import pytest

from api.http.front import Contract
from api.http.route import PUBLIC, SIGNED_IN, ContractRoute
from tests.api.examples import (
    OPERATIONS,
    SECRET,
    Operation,
    each_contract,
    each_endpoint,
    each_operation,
    records,
)
from tests.api.hostile import in_form
from tests.api.running import EVERYTHING, Service
from tests.api.running import SECRET as KEY

HOME = "777"
"""A number, or the sites contract would refuse for want of a site."""

ROLES = {
    "nobody in particular": (),
    "a viewer": ("view_contacts",),
    "an editor": ("edit_contacts",),
    "one who connects calendars": ("connect_accounts",),
    "an auditor": ("audit",),
    "an administrator": ("admin",),
    "one with a restricted tag": ("tag:immigration",),
    "everybody but those who may": EVERYTHING,
}


def caller(service: Service, operation: Operation, tenant: str | None, permissions: Iterable[str]):
    return service.client(operation.contract.base, tenant=tenant, permissions=permissions)


@pytest.fixture(scope="module")
def home(service: Service) -> tuple[str, dict[str, str]]:
    """A tenant whose records nobody may touch, and their names."""
    return HOME, records(service, HOME)


def assert_untouched(service: Service, tenant: str, events: int, response: httpx.Response) -> None:
    assert service.count_events(tenant) == events
    assert SECRET not in response.text


def assert_refused(operation: Operation, response: httpx.Response, status: int) -> None:
    """With this documented status, in the contract's own form."""
    assert response.status_code == status, response.text
    assert str(status) in operation.documented["responses"]
    assert in_form(operation.contract.name, response)


def test_every_route_is_in_the_matrix():
    """Nothing is served but these and the documents about the service."""
    documents = {"/openapi.json", "/docs", "/docs/assets"}
    covered = {(one.contract.name, one.key) for one in OPERATIONS}
    for contract in {one.contract.name: one.contract for one in OPERATIONS}.values():
        for route in contract.app.router.routes:
            if isinstance(route, ContractRoute):
                assert route.permission in {PUBLIC, SIGNED_IN, *EVERYTHING}, route.path
                keys = {(contract.name, f"{method} {route.path}") for method in route.methods or ()}
                assert keys <= covered
            else:
                assert getattr(route, "path", None) in documents


@each_operation
class TestMatrix:
    def test_a_caller_with_the_permission_is_answered(
        self, service, home, tenant, operation: Operation
    ):
        reads = operation.method == "GET"
        tenant, names = home if reads else (tenant, records(service, tenant))
        client = caller(service, operation, tenant, [operation.permission])
        response = operation.send(client, names)
        assert response.status_code == operation.example.status, response.text
        assert str(response.status_code) in operation.documented["responses"]

    def test_a_caller_without_the_permission_is_403(self, service, home, operation: Operation):
        if operation.permission in (PUBLIC, SIGNED_IN):
            return
        tenant, names = home
        events = service.count_events(tenant)
        for permissions in ROLES.values():
            others = set(permissions) - {operation.permission}
            client = caller(service, operation, tenant, others)
            for unread in ({}, {"json": None, "content": b"{nonsense"}):
                response = operation.send(client, names, **unread)
                assert_refused(operation, response, 403)
                assert f"Insufficient permissions: {operation.permission} " in response.text
                assert_untouched(service, tenant, events, response)

    def test_a_caller_of_another_tenant_finds_nothing(self, service, home, other_tenant, operation):
        tenant, names = home
        events = service.count_events(tenant)
        stranger = caller(service, operation, other_tenant, [*EVERYTHING, "tag:immigration"])
        response = operation.send(stranger, names)
        example = operation.example
        expected = example.foreign if example.names_a_record else example.status
        assert response.status_code == expected, response.text
        assert_untouched(service, tenant, events, response)
        if example.names_a_record:
            assert service.count_events(other_tenant) == 0
            assert_refused(operation, response, expected)
        elif operation.permission != PUBLIC:
            assert not any(name in response.text for name in names.values() if len(name) == 36)

    def test_a_caller_without_a_tenant_is_403(self, service, home, operation: Operation):
        tenant, names = home
        events = service.count_events(tenant)
        response = operation.send(caller(service, operation, None, EVERYTHING), names)
        free = operation.permission in (PUBLIC, SIGNED_IN)
        assert response.status_code == (operation.example.status if free else 403)
        assert_untouched(service, tenant, events, response)

    def test_a_request_without_a_token_is_401(self, service, home, operation: Operation):
        tenant, names = home
        events = service.count_events(tenant)
        response = operation.send(service.anonymous(operation.contract.base), names)
        if operation.permission == PUBLIC:
            assert response.status_code == operation.example.status
            return
        assert_refused(operation, response, 401)
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert_untouched(service, tenant, events, response)

    def test_a_bad_token_is_401_before_the_body_is_read(
        self, service, home, operation: Operation, bad_tokens
    ):
        if operation.permission == PUBLIC:
            return
        tenant, names = home
        events = service.count_events(tenant)
        for kind in ("unsigned", "of another secret", "expired"):
            header = bad_tokens[kind]
            client = service.with_header(header, operation.contract.base)
            response = operation.send(client, names, json=None, content=b'{"' + b"\xff")
            assert response.status_code == 401, kind
            assert_untouched(service, tenant, events, response)
            assert header not in response.text


@each_endpoint
def test_naming_a_restricted_tag_is_documented_wherever_it_counts(
    service, home, operation: Operation
):
    _, names = home
    client = caller(service, operation, HOME, EVERYTHING)
    if operation.permission in (PUBLIC, SIGNED_IN) or operation.method == "DELETE":
        return
    refused = operation.send(client, names, params={"tags": "immigration"}, json=None)
    # What writes and takes no tag refuses it: see test_tags_of_writes.py.
    assert refused.status_code != 403 or operation.takes_tags or operation.method != "GET"


@each_contract
def test_no_bad_token_is_believed(service, home, bad_tokens, contract: Contract):
    operations = [one for one in OPERATIONS if one.contract.name == contract.name]
    operation = next(one for one in operations if one.permission == "edit_contacts")
    tenant, names = home
    events = service.count_events(tenant)
    for kind, header in bad_tokens.items():
        response = operation.send(service.with_header(header, contract.base), names)
        assert response.status_code == 401, kind
        assert header not in response.text
        assert_untouched(service, tenant, events, response)


@pytest.fixture(scope="module")
def bad_tokens(service: Service) -> dict[str, str]:
    good = service.token(tenant=HOME)
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, signature = good.split(".")
    without = {name: value for name, value in claims.items() if name != "exp"}
    return {
        "expired": "Bearer " + jwt.encode(claims | {"exp": 1}, KEY, "HS256"),
        "without an expiry": "Bearer " + jwt.encode(without, KEY, "HS256"),
        "not valid yet": "Bearer " + jwt.encode(claims | {"nbf": 2**40}, KEY, "HS256"),
        "another issuer's": "Bearer " + jwt.encode(claims | {"iss": "evil"}, KEY, "HS256"),
        "for others": "Bearer " + jwt.encode(claims | {"aud": "others"}, KEY, "HS256"),
        "of another secret": "Bearer " + jwt.encode(claims, KEY[::-1], "HS256"),
        "of another algorithm": "Bearer " + jwt.encode(claims, KEY * 2, "HS512"),
        "unsigned": "Bearer " + jwt.encode(claims, "", "none"),
        "cut off": f"Bearer {head}.{body}.",
        "changed": f"Bearer {head}.{body[:-2]}AA.{signature}",
        "of a bad tenant": "Bearer " + jwt.encode(claims | {"tenant": "a/b"}, KEY, "HS256"),
        "without a subject": "Bearer " + jwt.encode(claims | {"sub": None}, KEY, "HS256"),
        "garbage": "Bearer garbage",
        "empty": "Bearer",
        "of another scheme": "Basic dXNlcjpwYXNz",
        "without its scheme": good,
        "too long": "Bearer " + "a" * 9000,
    }
