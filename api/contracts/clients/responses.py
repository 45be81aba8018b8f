"""The documented form of errors, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel


class ErrorShown(BaseModel):
    """What went wrong, in a sentence."""

    error: str


SENTENCES = {
    400: "The request is invalid",
    401: "No token, or a bad one",
    403: "The token lacks the permission, or an organization",
    404: "There is no such client or interaction",
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
        for status in sorted({400, 401, 403, 503, *statuses})
    }
