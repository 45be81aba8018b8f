"""A contract's router: each route states its permission and its answers here, once."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import APIRouter

from api.http.dialect import Dialect
from api.http.repeats import Judge
from api.http.route import PUBLIC, ContractRoute

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ContractRouter(APIRouter):
    """The routes of one subject of a contract."""

    def __init__(self, dialect: Dialect, tag: str):
        route = type("ContractRoute", (ContractRoute,), {"dialect": dialect})
        super().__init__(route_class=route, tags=[tag])
        self._dialect = dialect

    def on(
        self,
        request: str,
        needs: Mapping[str, Any],
        shown: Any = None,
        *,
        status: int = 200,
        errors: tuple[int, ...] = (),
        documented: Mapping[int, Any] | None = None,
        also: str | None = None,
        judge: Judge | None = None,
        confidential: frozenset[str] = frozenset(),
        summary: str | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Decorate an endpoint that answers a method at a path, such as `GET /api/contacts`.

        `needs` is the permission with further parts of the OpenAPI document (`needs(…) | OPENS`),
        `shown` the form of the content, `status` that of the answer and of the document. `errors`
        come in addition to those of every route of the contract, `documented` overrides how an
        answer is documented. `also` is a second path, which isn't documented. `judge` judges the
        answer to a repeated key; without one it is given as it is kept. `confidential` are members
        of the body that the digest kept with a key leaves out: a short secret could be guessed from
        it. The summary is the endpoint's docstring, unless one is given. `options` are FastAPI's.
        """
        public = needs["x-permission"] == PUBLIC
        responses = self._dialect.errors(*errors, always=not public) | dict(documented or {})

        method, path = request.split()

        def decorate(endpoint: Endpoint) -> Endpoint:
            stated: dict[str, Any] = {
                "methods": [method],
                "status_code": status,
                "openapi_extra": dict(needs),
            }
            self.add_api_route(
                path,
                endpoint,
                response_model=shown,
                responses=responses,
                summary=summary or endpoint.__doc__,
                **stated,
                **options,
            )
            if also is not None:
                self.add_api_route(
                    also, endpoint, response_model=None, include_in_schema=False, **stated
                )
            for route in self.routes[-1 if also is None else -2 :]:
                assert isinstance(route, ContractRoute)
                route.exchange.judge = judge
                route.exchange.confidential = confidential
            return endpoint

        return decorate
