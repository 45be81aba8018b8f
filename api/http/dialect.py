"""The dialect of a contract: its form of errors and its rules for callers, on every route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response

from api.http.problem import Problem

if TYPE_CHECKING:
    from api.http.call import Call
    from application.context import Principal


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
"""The documented meaning of errors; a contract may say it otherwise."""


@dataclass(frozen=True)
class Dialect:
    """`name` is the contract's; `render` its form of errors, and `problem` that form documented.

    `sentences` document errors in the contract's own words, of which each route may answer with
    those in `always`.

    `principal` makes the caller of the token and the headers: it may choose between the tenants
    that the token allows, and raises Refused if it allows none. `requires_tenant` is the sentence
    for a caller without a tenant (403). `admit` runs after the check of the permission and before
    the body is read; it raises Refused for a caller that the contract doesn't admit.
    """

    name: str
    render: Callable[[Problem], Response]
    problem: type[BaseModel]
    sentences: Mapping[int, str] = field(default_factory=dict)
    always: tuple[int, ...] = (401, 403, 503)
    media_type: str = "application/json"
    principal: Callable[["Call"], "Principal"] | None = None
    requires_tenant: str = "A tenant is required."
    admit: Callable[["Call"], None] | None = None

    def errors(self, *statuses: int, always: bool = True) -> dict[int | str, dict[str, Any]]:
        """The errors of a route for its OpenAPI document, with those of every route."""
        sentences = SENTENCES | dict(self.sentences)
        content = {self.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        return {
            status: {"description": sentences[status], "content": content}
            for status in sorted({*statuses, *(self.always if always else ())})
        }
