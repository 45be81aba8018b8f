"""Each contract's OpenAPI document, held against what the contract does with generated requests.

Bounded and always the same: schemathesis makes requests that fit the document and requests that
don't; half of them are about records that exist.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.api.examples import OPERATIONS, Example, Operation, filled, records
from tests.api.running import EVERYTHING, Service

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES_EACH = 8


def documents() -> dict[str, OpenApiSchema]:
    contracts = {one.contract.name: one.contract for one in OPERATIONS}
    return {
        name: schemathesis.openapi.from_dict(contract.app.openapi())
        for name, contract in contracts.items()
    }


def generated() -> Iterator[Any]:
    for name, schema in documents().items():
        known = {one.key: one for one in OPERATIONS if one.contract.name == name}
        for result in schema.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            key = f"{operation.method.upper()} {operation.path}"
            # What has no end can't be held against anything; its own tests read as much as comes.
            if not known[key].is_endless:
                yield pytest.param(operation, known[key], id=f"{name}: {key}")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as one:
        one.trust_env = False
        yield one


@pytest.mark.parametrize(("documented", "operation"), list(generated()))
def test_generated_requests_are_answered_as_documented(
    service: Service, tenant: str, session: requests.Session, documented: Any, operation: Operation
) -> None:
    names = records(service, tenant)
    token = service.token(
        tenant=tenant, user="5", permissions=[*EVERYTHING, "tag:immigration", "tag:0"]
    )
    good = documented.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = documented.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES_EACH,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=good | bad, real=st.booleans())
    def check(case: Any, real: bool) -> None:
        if real:
            about_a_record(case, operation.example, names)
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        response = case.call(base_url=service.url + operation.contract.base, session=session)
        case.validate_response(response, checks=CHECKS)

    check()


def about_a_record(case: Any, example: Example, names: dict[str, str]) -> None:
    """Put a record's id where one belongs, in the path and in the body."""
    pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", case.operation.path)
    found = re.fullmatch(pattern, example.path.format_map(names))
    assert found is not None
    if found.groupdict():
        case.path_parameters = found.groupdict()
    if isinstance(case.body, dict) and isinstance(example.body, dict):
        real = filled(example.body, names)
        for key, value in example.body.items():
            if key in case.body and isinstance(value, str) and value.startswith("{"):
                case.body = {**case.body, key: real[key]}  # the generator may use it again
