"""The error form that users of FastAPI know: `{"detail": …}`, which two contracts document."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from api.http.answers import JsonResponse
from api.http.problem import Fault, Problem


class FaultShown(BaseModel):
    """One thing that is wrong: where, in words, and a stable name for it."""

    loc: list[str | int]
    msg: str
    type: str


class ErrorShown(BaseModel):
    """A sentence, or for 422 the list of what is wrong."""

    detail: str | list[FaultShown]


SENTENCES = {
    400: "The request is malformed, or against the rules",
    404: "There is no such record, or it isn't the caller's",
}


def detail_response(
    problem: Problem, status: int, shown: Callable[[Fault], dict[str, Any]]
) -> Response:
    """A problem in this form; `shown` puts a fault into the contract's words."""
    detail = [shown(fault) for fault in _faults(problem)] if status == 422 else problem.detail
    return JsonResponse(to_json({"detail": detail}), status, problem.headers)


def _faults(problem: Problem) -> tuple[Fault, ...]:
    key_reused = problem.code == "idempotency_key_reused"
    where = ("header", "Idempotency-Key") if key_reused else ("body",)
    return problem.faults or (Fault(where, problem.code, problem.detail),)
