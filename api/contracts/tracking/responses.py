"""The documented forms of errors, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from api.http.query import OPENS

__all__ = ["OPENS", "ErrorShown", "ProblemShown", "errors"]


class ErrorShown(BaseModel):
    """One thing that is wrong: where (a JSON pointer into the body), a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class ProblemShown(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ErrorShown]


SENTENCES = {
    400: "The request is malformed",
    401: "No token, or a bad one",
    403: "The token lacks the permission, or a tenant",
    404: "There is no such record",
    409: "The state of the record doesn't allow it",
    412: "The record has changed since the version named in If-Match",
    413: "The body is too large",
    415: "The body isn't JSON, or is compressed",
    422: "The request is invalid",
    503: "Can't be answered right now; Retry-After says when to try again",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer with, besides those that every route may."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": SENTENCES[status], "content": content}
        for status in sorted({401, 403, 503, *statuses})
    }
