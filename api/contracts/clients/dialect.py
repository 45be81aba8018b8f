"""Errors of this contract: `{"error": …}`, one sentence, and 400 for everything invalid."""

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from api.http.answers import JsonResponse
from api.http.call import Call
from api.http.dialect import Dialect
from api.http.problem import Fault, Problem, invalid

FIELDS = {
    "when.at": "dateOfInteraction",
    "when.end": "duration",
    "service.service_id": "serviceId",
    "service.answers": "customQuestions",
}
"""The domain's names in this contract's words."""

LONGEST_TAG = 100


class ErrorShown(BaseModel):
    """The error, in a sentence."""

    error: str


def render(problem: Problem) -> Response:
    status = problem.status
    if status == 422 and problem.code != "idempotency_key_reused":
        status = 400
    return JsonResponse(to_json({"error": _sentence(problem)}), status, problem.headers)


def _sentence(problem: Problem) -> str:
    if problem.status != 422 or not problem.faults:
        return problem.detail.replace("Contact not found", "Client not found")
    return "; ".join(_said(fault) for fault in problem.faults)


def _said(fault: Fault) -> str:
    if fault.field is not None:
        where = FIELDS.get(fault.field, "")
    else:
        where = ".".join(str(part) for part in fault.where[1:])
    return f"{where}: {fault.detail}" if where else fault.detail


def admit(call: Call) -> None:
    """Refuses a restricted tag without its permission before anything else is checked."""
    if any(len(tag) > LONGEST_TAG for tag in call.open_tags):
        detail = f"A tag has up to {LONGEST_TAG} characters."
        raise invalid(("query", "tags"), "tag_too_long", detail)


CLIENTS = Dialect(
    name="clients",
    render=render,
    problem=ErrorShown,
    sentences={
        400: "The request is invalid",
        403: "The token lacks the permission, or an organization",
        404: "There is no such client or interaction",
        409: "The interaction kept changing meanwhile",
        412: "The interaction has changed since the version named in If-Match",
        422: "The Idempotency-Key was used for another request",
    },
    always=(400, 401, 403, 503),
    requires_tenant="An organization is required.",
    admit=admit,
)
