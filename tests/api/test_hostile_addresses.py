"""Paths and queries in bad faith, on every route of every contract."""

import re
from typing import get_args

import pytest
from pydantic import BaseModel

from api.http.route import PUBLIC
from tests.api.examples import ENDPOINTS, Operation, each_endpoint, records
from tests.api.hostile import MARK, Target
from tests.api.running import Service

LASTING = "900001"

PIECES = (
    MARK,
    f"{MARK}%0d%0aSet-Cookie:%20{MARK}",
    f"%7B{MARK}%7D",
    f"a%2F{MARK}",
    "%00",
    "7%00",
    "%2F",
    "%2e%2e",
    "%20",
    "%ff%fe",
    "%ED%A0%80",
    "%F0%9F%98%80",
    "%D9%A1",
    "-1",
    "0",
    "1.0",
    "1e3",
    "null",
    "9" * 19,
    "9" * 20,
    "9" * 5000,
    "a" * 20_000,
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "1'%20OR%20'1'='1",
    "(select%201)",
)
"""Pieces of a path, percent-encoded."""

VALUES = (
    "",
    MARK,
    MARK * 20,
    "\0",
    f"{MARK}\0",
    "%",
    "_",
    "\\",
    "'; DROP TABLE timeline; --",
    "{}",
    "null",
    "-1",
    "0",
    "1e9",
    "１",
    "9" * 20,
    "9" * 5000,
    "x" * 20_000,
    "2024-99-99",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "+275760-09-13T00:00:00Z",
    "😀" * 50,
    "\u202e",
    "WyIyMDI0LTAxLTAxIiwgImEiLCAiYiJd",
)
"""Values of a query's parameter."""


@pytest.fixture(scope="module")
def lasting(service: Service) -> dict[str, str]:
    """The names of records that no request of these tests changes."""
    return records(service, LASTING)


@pytest.fixture
def untouched(service: Service, operation: Operation, lasting: dict[str, str]) -> Target:
    return Target(service, LASTING, operation, lasting)


@pytest.fixture
def target(service: Service, tenant: str, operation: Operation, untouched: Target) -> Target:
    if operation.method == "GET":
        return untouched
    return Target(service, tenant, operation, records(service, tenant))


def parameters(operation: Operation) -> set[str]:
    """The names that are read from the query of an operation."""
    names = {"tags"}
    for param in operation.route.dependant.query_params:
        annotation = param.field_info.annotation
        for model in get_args(annotation) or (annotation,):
            if isinstance(model, type) and issubclass(model, BaseModel):
                fields = model.model_fields.items()
                names |= {info.alias or name for name, info in fields}
    return names


@each_endpoint
def test_no_piece_of_a_path_can_be_anything_but_not_there(untouched: Target, operation: Operation):
    names = re.findall(r"{(\w+)}", operation.example.path)
    for name in names:
        for piece in PIECES:
            twisted = {**untouched.names, name: piece}
            path = operation.example.path.format_map(twisted)
            response = untouched.client.request(operation.method, path, json=operation.example.body)
            assert untouched.check(response, 404, 405), piece
            assert response.status_code in (400, 404, 405, 422), piece


@each_endpoint
def test_no_value_of_a_query_does_harm(target: Target, operation: Operation):
    if operation.permission == PUBLIC:
        return
    for name in parameters(operation):
        for value in VALUES if operation.method == "GET" else VALUES[:4]:
            params = {name: value}
            target.check(operation.send(target.client, target.names, params=params), 414)
    repeated = {name: [MARK] * 3 for name in parameters(operation)}
    target.check(operation.send(target.client, target.names, params=repeated))
    if operation.method != "DELETE":
        unknown = {MARK: [MARK, "\0"]}
        answer = operation.send(target.client, target.names, params=unknown)
        refused = target.check(answer)
        # A replay is still under way, or the example is refused by itself.
        assert not refused or answer.status_code in (409, operation.example.status)


@pytest.mark.parametrize(
    "operation",
    [one for one in ENDPOINTS if one.method == "GET" and one.permission != "public"],
    ids=lambda one: f"{one.contract.name}: {one.key}",
)
def test_a_query_of_many_parameters_is_414(target: Target, operation: Operation):
    names = ["a", *parameters(operation)]
    path = operation.example.path.format_map(target.names)
    for piece in ("&".join(names), MARK, "=", "&", "%"):
        query = (piece * 40_000)[:40_000]
        response = target.client.get(f"{path}?{query}")
        assert target.check(response, 414)
        assert response.status_code == 414
