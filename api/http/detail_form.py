"""The error form that users of FastAPI know: `{"detail": …}`, which two contracts document."""

from typing import Any

from pydantic import BaseModel


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
    401: "No token, or a bad one",
    403: "The token lacks the permission, or a tenant",
    404: "There is no such record, or it isn't the caller's",
    409: "The state of the record doesn't allow it",
    412: "The record has changed since the version named in If-Match",
    413: "The body is too large",
    415: "The body isn't JSON, or is compressed",
    422: "The request is invalid",
    503: "Can't be answered right now; Retry-After says when to try again",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors a route may answer with, besides those that every route may."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": SENTENCES[status], "content": content}
        for status in sorted({401, 403, 503, *statuses})
    }
