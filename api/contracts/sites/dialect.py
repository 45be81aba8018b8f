"""Errors of this contract: a code, a message and details, and 400 for everything invalid."""

from typing import Literal

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.sites.site_context import CONTEXT_REQUIRED, site_principal
from api.http.answers import JsonResponse
from api.http.call import Call
from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

FIELDS = {
    "when.at": "start_datetime",
    "when.end": "end_datetime",
}
"""The domain's names in this contract's words."""

CODES = {
    "tenant_required": "SITE_CONTEXT_REQUIRED",
    "permission_required": "INSUFFICIENT_PERMISSIONS",
    "interaction_not_found": "NOT_FOUND",
}
"""Codes that have another name here; the others are written in capitals."""

MESSAGES = {"body": "Invalid request data", "query": "Invalid query parameters"}
"""The documented messages, by the part of the request that is to blame."""


class DetailShown(BaseModel):
    field: str
    message: str


class InnerError(BaseModel):
    code: str
    message: str
    details: list[DetailShown]


class ErrorShown(BaseModel):
    status: Literal["error"]
    error: InnerError


def render(problem: Problem) -> Response:
    status, error = problem.status, _error(problem)
    if status in (400, 422) and problem.code != "idempotency_key_reused":
        status, error = 400, _invalid(problem)
    elif status == 401:
        error["message"] = f"Authentication required: {problem.detail}"
    return JsonResponse(to_json({"status": "error", "error": error}), status, problem.headers)


def _error(problem: Problem) -> dict[str, object]:
    return {
        "code": CODES.get(problem.code, problem.code.upper()),
        "message": problem.detail,
        "details": [_detail(fault) for fault in problem.faults],
    }


def _invalid(problem: Problem) -> dict[str, object]:
    where = problem.faults[0].where if problem.faults else ()
    part = str(where[0]) if where else "body"
    details = [_detail(fault) for fault in problem.faults]
    return {
        "code": "VALIDATION_ERROR",
        "message": MESSAGES.get(part, "Invalid request"),
        "details": details or [{"field": part, "message": problem.detail}],
    }


def _detail(fault: Fault) -> dict[str, str]:
    if fault.field is not None:
        return {"field": FIELDS.get(fault.field, fault.field), "message": fault.detail}
    field = ".".join(str(part) for part in fault.where[1:] or fault.where)
    return {"field": field, "message": fault.detail}


def admit(call: Call) -> None:
    """Refuses a restricted tag without its permission before anything else is checked."""
    _ = call.open_tags


SITES = Dialect(
    name="sites",
    render=render,
    problem=ErrorShown,
    sentences={
        400: "Missing or invalid parameters",
        401: "Authentication required",
        403: "Site context required, or insufficient permissions",
        404: "Interaction not found",
        409: "The interaction kept changing meanwhile",
        412: "The interaction has changed since the version named in If-Match",
        422: "The Idempotency-Key was used for another request",
    },
    always=(401, 503),
    principal=site_principal,
    requires_tenant=CONTEXT_REQUIRED,
    admit=admit,
)
