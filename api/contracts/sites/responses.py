"""The documented form of errors, for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel


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


SENTENCES = {
    400: "Missing or invalid parameters",
    401: "Authentication required",
    403: "Site context required, or insufficient permissions",
    404: "Interaction not found",
    409: "The interaction kept changing meanwhile",
    412: "The interaction has changed since the version named in If-Match",
    413: "The body is too large",
    415: "The body isn't JSON, or is compressed",
    422: "The Idempotency-Key was used for another request",
    503: "Can't be answered right now; Retry-After says when to try again",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors a route may answer with, besides those that every route may."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": SENTENCES[status], "content": content}
        for status in sorted({401, 503, *statuses})
    }
