"""A contract as the front door knows it: its application, and where it answers."""

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import Scope


@dataclass(frozen=True)
class Contract:
    """`base` is its base URL. `own` are the paths of the bare origin that it alone documents,
    `shared` those that another contract documents too: there the token's claim decides."""

    name: str
    base: str
    app: FastAPI
    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    def answers(self, scope: Scope) -> bool:
        """Whether it defines this method and path."""
        return any(route.matches(scope)[0] == Match.FULL for route in self.app.router.routes)


def under(path: str, prefixes: tuple[str, ...]) -> bool:
    """Whether the path is one of these or lies below one of them."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)
