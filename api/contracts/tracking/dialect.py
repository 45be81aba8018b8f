"""Errors of the native contract: RFC 9457 problem+json, with a code and JSON pointers."""

from http import HTTPStatus

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

FIELDS = {
    "contact_id": "/contactId",
    "email": "/email",
    "when.at": "/date",
    "when.end": "/duration",
    "when.duration": "/duration",
    "reason": "/reason",
    "relationship_status": "/relationshipStatus",
    "outcome.held_at": "/actualDate",
    "appointment.scheduled_at": "/scheduledDateTime",
    "appointment.ends_at": "/endsAt",
    "appointment.attendees": "/attendees",
    "questions": "/customQuestions",
    "program": "/programId",
    "url": "/url",
    "password": "/password",
    "calendars": "/items",
}
"""The domain's names in this contract's words."""

MEDIA_TYPE = "application/problem+json"


class ErrorShown(BaseModel):
    """One thing that is wrong: where (a JSON pointer into the body), a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class ProblemShown(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ErrorShown]


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
    return Response(to_json(body), problem.status, headers, MEDIA_TYPE)


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


TRACKING = Dialect(name="tracking", render=render, problem=ProblemShown, media_type=MEDIA_TYPE)

CREATING = (400, 409, 413, 415, 422)
CHANGING = (400, 404, 409, 412, 413, 415, 422)
REMOVING = (404, 409, 412)
"""The errors of commands, by what they do to a record."""
