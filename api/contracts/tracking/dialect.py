"""Errors of the native contract: RFC 9457 problem+json, with a code and JSON pointers."""

from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

FIELDS = {
    "contact_id": "/contactId",
    "when.at": "/date",
    "when.end": "/duration",
    "when.duration": "/duration",
    "reason": "/reason",
    "relationship_status": "/relationshipStatus",
    "outcome.held_at": "/actualDate",
    "questions": "/customQuestions",
    "program": "/programId",
}
"""The domain's names in this contract's words."""


def render(problem: Problem) -> Response:
    body = {
        "type": f"urn:kith:problem:{problem.code.replace('_', '-')}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": [_error(fault) for fault in problem.faults],
    }
    headers = dict(problem.headers)
    return Response(to_json(body), problem.status, headers, "application/problem+json")


def _error(fault: Fault) -> dict[str, str]:
    error = {"pointer": _pointer(fault), "code": fault.code, "detail": fault.detail}
    if fault.where and fault.where[0] != "body":
        error["in"] = str(fault.where[0])
    return error


def _pointer(fault: Fault) -> str:
    """A JSON pointer into the body; for other parts of the request, the name after a slash."""
    if fault.field is not None:
        return FIELDS.get(fault.field, "")
    return "".join(f"/{part}" for part in fault.where[1:])


TRACKING = Dialect(name="tracking", render=render, fields=FIELDS)
