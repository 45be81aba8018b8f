"""Errors of this contract: `{"detail": …}`, a sentence or, for 422, a list of what is wrong."""

from typing import Any

from pydantic_core import to_json
from starlette.responses import JSONResponse, Response

from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

INTERACTION = ("body", "interaction")
FIELDS: dict[str, tuple[str, ...]] = {
    "contact_id": (*INTERACTION, "contact_id"),
    "when.at": (*INTERACTION, "interaction_datetime"),
}
"""The domain's names as places in this contract's bodies."""

TACTICS = "rapport.tactics."
KEY_REUSED = "idempotency_key_reused"


def render(problem: Problem) -> Response:
    body = {"detail": _faults(problem) if problem.status == 422 else problem.detail}
    return Response(to_json(body), problem.status, dict(problem.headers), JSONResponse.media_type)


def _faults(problem: Problem) -> list[dict[str, Any]]:
    if not problem.faults:
        where = ["header", "Idempotency-Key"] if problem.code == KEY_REUSED else ["body"]
        return [{"loc": where, "msg": problem.detail, "type": problem.code}]
    return [
        {"loc": _place(fault), "msg": fault.detail, "type": fault.code} for fault in problem.faults
    ]


def _place(fault: Fault) -> list[str | int]:
    if fault.field is None:
        return list(fault.where)
    if fault.field.startswith(TACTICS):
        number = int(fault.field.removeprefix(TACTICS))
        return ["body", "tactic_logs", number, "tactic_id"]
    return list(FIELDS.get(fault.field, ("body",)))


RAPPORT = Dialect(name="rapport", render=render)
