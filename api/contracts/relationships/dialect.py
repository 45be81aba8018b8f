"""Errors of this contract: `{"detail": …}`, a sentence, or for 422 a list in the words documented.

Those words are the first generation of pydantic's (`field required`, `value_error.missing`).
"""

from typing import Any

from starlette.responses import Response

from api.http.detail_form import SENTENCES, ErrorShown, detail_response
from api.http.dialect import Dialect
from api.http.problem import Fault, Problem

LENGTH = ("String should have", "ensure this value has")
BOUND = ("Input should be", "ensure this value is")
ENUMERATION = ("Input should be", "value is not a valid enumeration member; permitted:")

WORDS: dict[str, tuple[str, str, str | None]] = {
    "missing": ("value_error.missing", "Field required", "field required"),
    "literal_error": ("type_error.enum", *ENUMERATION),
    "string_type": ("type_error.str", "Input should be a valid string", "str type expected"),
    "string_too_short": ("value_error.any_str.min_length", *LENGTH),
    "string_too_long": ("value_error.any_str.max_length", *LENGTH),
    "int_parsing": ("type_error.integer", "", None),
    "int_type": ("type_error.integer", "", None),
    "int_parsing_size": ("type_error.integer", "", None),
    "greater_than_equal": ("value_error.number.not_ge", *BOUND),
    "less_than_equal": ("value_error.number.not_le", *BOUND),
    "model_type": ("type_error.dict", "", None),
    "model_attributes_type": ("type_error.dict", "", None),
}
"""By pydantic's code: its type here, the beginning of its sentence, and the words that replace it;
None replaces the whole sentence by that of WHOLE."""

WHOLE = {
    "type_error.integer": "value is not a valid integer",
    "type_error.dict": "value is not a valid dict",
}


def render(problem: Problem) -> Response:
    status = 400 if problem.code == "invalid_status_transition" else problem.status
    return detail_response(problem, status, _shown)


def _shown(fault: Fault) -> dict[str, Any]:
    where = ["body"] if fault.field is not None else list(fault.where)
    code, detail = fault.code, fault.detail
    if code in WORDS:
        code, old, new = WORDS[code]
        detail = WHOLE[code] if new is None else detail.replace(old, new, 1)
    return {"loc": where, "msg": detail, "type": code}


RELATIONSHIPS = Dialect(
    name="relationships",
    render=render,
    problem=ErrorShown,
    sentences=SENTENCES,
    requires_tenant="A business context is required.",
)
