"""Errors of this contract: `{"error": …}`, one sentence, and 400 for everything invalid."""

from pydantic_core import to_json
from starlette.responses import JSONResponse, Response

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


def render(problem: Problem) -> Response:
    status = problem.status
    if status == 422 and problem.code != "idempotency_key_reused":
        status = 400
    body = to_json({"error": _sentence(problem)})
    return Response(body, status, dict(problem.headers), JSONResponse.media_type)


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
    """Naming a restricted tag needs its permission, whatever else the request says."""
    if any(len(tag) > LONGEST_TAG for tag in call.open_tags):
        detail = f"A tag has up to {LONGEST_TAG} characters."
        raise invalid(("query", "tags"), "tag_too_long", detail)


CLIENTS = Dialect(
    name="clients",
    render=render,
    fields=FIELDS,
    requires_tenant="An organization is required.",
    admit=admit,
)
