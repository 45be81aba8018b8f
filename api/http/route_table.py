"""A table of routes, in place of Starlette's linear search.

Starlette matches its routes one after the other, and wraps each request in seven layers for routes
that raise errors: that took a seventh of a POST. A `ContractRoute` answers its own errors, so a
request that matches one goes straight there. Anything else, such as an unknown address, another
method or the documents, falls back to Starlette; the order of the routes decides in both.
"""

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Scope

from api.http.route import ContractRoute


class RouteTable:
    """Routes without parameters by method and path, the others in their order."""

    def __init__(self, app: FastAPI):
        self._app = app
        self._fixed: dict[tuple[str, str], Route] = {}
        self._open: list[BaseRoute] = []
        for route in app.router.routes:
            if isinstance(route, Route) and not route.param_convertors:
                self._add(route)
            else:
                self._open.append(route)

    def _add(self, route: Route) -> None:
        for method in route.methods or ():
            scope = {"type": "http", "method": method, "path": route.path}
            if not any(earlier.matches(scope)[0] is Match.FULL for earlier in self._open):
                self._fixed.setdefault((method, route.path), route)

    def find(self, scope: Scope) -> tuple[BaseRoute, Scope] | None:
        """The route of this method and path, and its part of the scope; None if there is none."""
        fixed = self._fixed.get((scope["method"], get_route_path(scope)))
        if fixed is not None:
            return fixed, {"route": fixed, "path_params": {}}
        for route in self._open:
            match, found = route.matches(scope)
            if match is Match.FULL:
                return route, found
        return None

    def app(self, scope: Scope) -> ASGIApp:
        """The matching `ContractRoute`, else the whole application."""
        found = self.find(scope)
        if found is None or not isinstance(found[0], ContractRoute):
            return self._app
        scope.update(found[1])
        return found[0].app
