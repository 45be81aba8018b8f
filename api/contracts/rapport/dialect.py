"""Errors of this contract: `{"detail": …}`, a sentence or, for 422, a list of what is wrong."""

from typing import Any

from starlette.responses import Response

from api.http.detail_form import SENTENCES, ErrorShown, detail_response
from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

INTERACTION = ("body", "interaction")
FIELDS: dict[str, tuple[str, ...]] = {
    "contact_id": (*INTERACTION, "contact_id"),
    "when.at": (*INTERACTION, "interaction_datetime"),
}
"""The domain's names as places in this contract's bodies."""

TACTICS = "rapport.tactics."


def render(problem: Problem) -> Response:
    return detail_response(problem, problem.status, _shown)


def _shown(fault: Fault) -> dict[str, Any]:
    return {"loc": _place(fault), "msg": fault.detail, "type": fault.code}


def _place(fault: Fault) -> list[str | int]:
    if fault.field is None:
        return list(fault.where)
    if fault.field.startswith(TACTICS):
        number = int(fault.field.removeprefix(TACTICS))
        return ["body", "tactic_logs", number, "tactic_id"]
    return list(FIELDS.get(fault.field, ("body",)))


RAPPORT = Dialect(name="rapport", render=render, problem=ErrorShown, sentences=SENTENCES)
