"""What makes one contract's HTTP differ from another's, as far as every route is concerned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.responses import Response

from api.http.problem import Problem

if TYPE_CHECKING:
    from api.http.call import Call
    from application.context import Principal


class Render(Protocol):
    """Puts a problem into the contract's own form."""

    def __call__(self, problem: Problem) -> Response: ...


def as_it_is(problem: Problem) -> Problem:
    return problem


def as_verified(call: "Call") -> "Principal":
    return call.principal


def nothing_more(call: "Call") -> None:
    pass


@dataclass(frozen=True)
class Dialect:
    """`name` is the contract's; `render` its form of errors; `fields` its names for the domain's.

    `principal` is the caller as this contract takes the token and the headers: it may choose
    between the tenants the token allows, and raises Refused where it allows none.
    `requires_tenant` says what a caller lacks who has no tenant (403). `admit` is asked after the
    permission and before the body is read; it raises Refused for whom the contract doesn't admit.
    """

    name: str
    render: Render
    fields: Mapping[str, str] = field(default_factory=dict)
    principal: Callable[["Call"], "Principal"] = as_verified
    requires_tenant: str = "A tenant is required."
    admit: Callable[["Call"], None] = nothing_more
