"""What makes one contract's HTTP differ from another's, as far as every route is concerned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.responses import Response

from api.http.problem import Problem


class Render(Protocol):
    """Puts a problem into the contract's own form."""

    def __call__(self, problem: Problem) -> Response: ...


def as_it_is(problem: Problem) -> Problem:
    return problem


@dataclass(frozen=True)
class Dialect:
    """`name` is the contract's; `render` its form of errors; `fields` its names for the domain's.

    `requires_tenant` says what a token lacks that has no tenant (403).
    """

    name: str
    render: Render
    fields: Mapping[str, str] = field(default_factory=dict)
    requires_tenant: str = "A tenant is required."
