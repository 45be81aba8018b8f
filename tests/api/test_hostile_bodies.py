"""Malformed, oversized and wrong bodies, on every route of every contract that takes one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.examples import Operation, each_with_body, filled, records
from tests.api.hostile import MARK, Target
from tests.api.running import Service

LASTING = "900002"
MIB = 1024 * 1024
M = MARK.encode()
MALFORMED = {
    "blank": b" \n",
    "cut off": b'{"' + M + b'": ',
    "text": b'"' + M + b'"',
    "a number": b"31337",
    "true": b"true",
    "null": b"null",
    "an array": b'["' + M + b'"]',
    "an array of objects": b'[{"' + M + b'": 1}]',
    "two documents": b'{"a": 1} {"' + M + b'": 2}',
    "a trailing comma": b'{"' + M + b'": 1,}',
    "single quotes": b"{'" + M + b"': 1}",
    "a comment": b"{} // " + M,
    "a name twice": b'{"' + M + b'": 1, "' + M + b'": 1}',
    "not UTF-8": b'{"' + M + b'": "\xff"}',
    "UTF-16": ('{"' + MARK + '": 1}').encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"' + M + b'": 1}',
    "NaN": b'{"' + M + b'": NaN}',
    "Infinity": b'{"' + M + b'": -Infinity}',
    "beyond a double": b'{"' + M + b'": 1e999}',
    "beyond 64 bits": b'{"' + M + b'": 9223372036854775808}',
    "a number of 5,000 digits": b'{"' + M + b'": ' + b"9" * 5000 + b"}",
    "NUL in a text": b'{"' + M + b'": "\\u0000"}',
    "NUL in a name": b'{"' + M + b'\\u0000": 1}',
    "a raw NUL": b'{"' + M + b'": "\x00"}',
    "half a pair": b'{"' + M + b'": "\\ud83d"}',
    "a pair the wrong way round": b'{"' + M + b'": "\\ude00\\ud83d"}',
    "a bad escape": b'{"' + M + b'": "\\x41"}',
    "a line break in a text": b'{"' + M + b'": "\n"}',
    "nested 100 deep": b'{"' + M + b'": ' + b"[" * 100 + b"]" * 100 + b"}",
    "nested 500,000 deep": b"[" * 500_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "HTML": b"<html>" + M,
    "a form": b"name=" + M,
}
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**63 - 1,
    -(2**63),
    1e308,
    "",
    " ",
    MARK,
    MARK * 400,
    MARK * 10_000,
    "\u202e" + MARK + "\ufffe",
    "2024-13-45T99:99:99Z",
    "2999-01-01T00:00:00Z",
    "1; DROP TABLE contacts",
    [],
    [MARK],
    [[MARK]],
    [None] * 2000,
    {},
    {MARK: MARK},
    [{MARK: MARK}],
)


@pytest.fixture
def target(service: Service, tenant: str, operation: Operation) -> Target:
    return Target(service, tenant, operation, records(service, tenant))


@pytest.fixture(scope="module")
def lasting(service: Service) -> dict[str, str]:
    """The names of records that no request changes which is to be refused."""
    return records(service, LASTING)


@pytest.fixture
def untouched(service: Service, operation: Operation, lasting: dict[str, str]) -> Target:
    return Target(service, LASTING, operation, lasting)


@each_with_body
class TestBodies:
    def test_a_body_that_is_no_json_object_is_refused(self, target: Target, operation: Operation):
        for kind, body in MALFORMED.items():
            response = operation.send(target.client, target.names, json=None, content=body)
            assert target.check(response), kind
            assert response.status_code in (400, 422), kind
        response = operation.send(target.client, target.names, json=None, content=b"")
        field = operation.route.body_field
        assert target.check(response) == (field is not None and field.field_info.is_required())

    def test_a_body_over_the_limit_is_413(self, untouched: Target, operation: Operation):
        whole = b'{"' + M + b'": "' + b"x" * MIB + b'"}'
        for size in (MIB + 1, len(whole)):
            response = operation.send(
                untouched.client, untouched.names, json=None, content=whole[:size]
            )
            assert untouched.check(response)
            assert response.status_code == 413

        def chunks() -> Iterator[bytes]:
            for start in range(0, len(whole), 40_000):
                yield whole[start : start + 40_000]

        response = operation.send(untouched.client, untouched.names, json=None, content=chunks())
        assert "content-length" not in response.request.headers
        assert untouched.check(response)
        assert response.status_code == 413

    def test_a_body_of_another_type_is_415(self, target: Target, operation: Operation):
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/jsonp",
            "text/json",
            f"{MARK}/json",
            "",
        ):
            response = operation.send(target.client, target.names, headers={"Content-Type": kind})
            assert target.check(response), kind
            assert response.status_code == 415, kind
        for kind in ("application/json; charset=utf-8", "Application/JSON", "application/ld+json"):
            response = operation.send(target.client, target.names, headers={"Content-Type": kind})
            assert response.status_code != 415

    def test_a_body_in_another_encoding_is_415(self, target: Target, operation: Operation):
        for encoding in ("gzip", "br", "identity, gzip", "x-unknown", MARK):
            response = operation.send(
                target.client, target.names, headers={"Content-Encoding": encoding}
            )
            assert target.check(response), encoding
            assert response.status_code == 415, encoding
            assert response.headers["accept-encoding"] == "identity"
        for encoding in ("identity", "Identity", ""):
            response = operation.send(
                target.client, target.names, headers={"Content-Encoding": encoding}
            )
            assert response.status_code != 415

    def test_an_unknown_key_is_refused_or_ignored(self, target: Target, operation: Operation):
        body = filled(operation.example.body, target.names)
        for place in objects_in(body):
            place[MARK] = MARK
            response = operation.send(target.client, target.names, json=body)
            refused = target.check(response)
            assert refused or MARK not in response.text
            assert refused == (operation.contract.name == "tracking")
            del place[MARK]

    def test_any_value_of_any_field_is_taken_or_refused(self, target: Target, operation: Operation):
        body = filled(operation.example.body, target.names)
        for place in objects_in(body):
            for key, good in list(place.items()):
                for wrong in WRONG:
                    place[key] = wrong
                    target.check(operation.send(target.client, target.names, json=body))
                del place[key]
                target.check(operation.send(target.client, target.names, json=body))
                place[key] = good


def objects_in(body: Any) -> list[dict[str, Any]]:
    """The body and every object inside of it."""
    if isinstance(body, list):
        return [found for item in body for found in objects_in(item)]
    if not isinstance(body, dict):
        return []
    return [body, *(found for value in body.values() for found in objects_in(value))]
