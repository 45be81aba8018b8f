import pytest
from starlette.routing import Match

from api.contracts.tracking.app import tracking_app
from api.http.front import Contract
from api.http.route import ContractRoute

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@pytest.fixture(scope="module")
def app():
    return tracking_app()


def paths(app):
    """A path of every route, and some of none."""
    for route in app.router.routes:
        path = route.path.format_map(dict.fromkeys(getattr(route, "param_convertors", ()), "1"))
        yield from (path, f"{path}/", f"{path}/x", f"{path}/x/y")
    yield "/nowhere"


@pytest.mark.parametrize("root", ["", "/base"])
@pytest.mark.parametrize("method", METHODS)
def test_a_route_is_found_exactly_where_the_router_would_find_it(app, method, root):
    contract = Contract("tracking", "", app)
    for path in paths(app):
        scope = {"type": "http", "method": method, "path": root + path, "root_path": root}
        route, found = the_usual_way(app, scope)
        straight = contract.entered(scope)
        if isinstance(route, ContractRoute):
            assert straight is route.app
            assert scope["route"] is route
            assert scope["path_params"] == found["path_params"]
        else:
            assert straight is app
            assert "route" not in scope


def the_usual_way(app, scope):
    for route in app.router.routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return route, found
    return None, {}
