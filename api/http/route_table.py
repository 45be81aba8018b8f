"""A table of routes, in place of Starlette's linear search.

Starlette matches its routes one after the other, and wraps each request in seven layers for routes
that raise errors: that took a seventh of a POST. A `ContractRoute` answers its own errors, so a
request that matches one goes straight there. Anything else, such as an unknown address, another
method or the documents, falls back to Starlette; the order of the routes decides in both.
"""

from collections.abc import Sequence

from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Scope

from api.http.route import ContractRoute


class RouteTable:
    """Routes without parameters by method and path, the others in their order."""

    def __init__(self, routes: Sequence[BaseRoute]):
        self._fixed: dict[tuple[str, str], Route] = {}
        self._open: list[BaseRoute] = []
        for route in routes:
            if isinstance(route, Route) and not route.param_convertors:
                self._add(route)
            else:
                self._open.append(route)

    def _add(self, route: Route) -> None:
        for method in route.methods or ():
            scope = {"type": "http", "method": method, "path": route.path}
            if not any(earlier.matches(scope)[0] is Match.FULL for earlier in self._open):
                self._fixed.setdefault((method, route.path), route)

    def find(self, scope: Scope) -> ASGIApp | None:
        """The application of the matching route, None to fall back to Starlette's routing."""
        path = get_route_path(scope)
        fixed = self._fixed.get((scope["method"], path))
        if fixed is not None:
            return _entered(fixed, {"route": fixed, "path_params": {}}, scope)
        for route in self._open:
            match, found = route.matches(scope)
            if match is Match.FULL:
                return _entered(route, found, scope)
        return None


def _entered(route: BaseRoute, found: Scope, scope: Scope) -> ASGIApp | None:
    if not isinstance(route, ContractRoute):
        return None
    scope.update(found)
    return route.app
