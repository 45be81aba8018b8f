"""A contract's FastAPI application: its routes, its errors, and an OpenAPI document to rely on."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.http.dialect import Dialect
from api.http.docs import add_docs
from api.http.problem import Problem

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "One effect and one answer per key, however often the request is sent.",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Only if the record's ETag is still this one, or one of these; otherwise 412.",
}


class ContractApp(FastAPI):
    """The dialect's documented form of errors is known to the document as `Problem`."""

    def __init__(
        self,
        dialect: Dialect,
        description: str,
        routers: Iterable[APIRouter],
        title: str | None = None,
    ):
        super().__init__(
            title=title or f"kith: {dialect.name}",
            description=description,
            version="1",
            redirect_slashes=False,
            docs_url=None,
            redoc_url=None,
        )
        self._dialect = dialect
        for router in routers:
            # Taken over as they are: an included router would look up its context on every request.
            self.router.routes.extend(router.routes)
        add_docs(self)
        self.add_exception_handler(HTTPException, self._not_routed)

    async def _not_routed(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            # The router names the methods of the first route alone.
            error.headers = {"Allow": ", ".join(_methods(self, request.scope))}
        return self._dialect.render(routing_problem(error))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            _complete_document(super().openapi(), self._dialect.problem)
        return super().openapi()


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """All methods that some route takes at this path."""
    found = {
        method
        for route in app.router.routes
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return sorted(found | {"HEAD"} if "GET" in found else found)


def routing_problem(error: HTTPException) -> Problem:
    """The problem of a request that the router refuses: an unknown path or method."""
    if error.status_code == 405:
        headers = tuple((error.headers or {}).items())
        detail = "This method isn't available here."
        return Problem(405, "method_not_allowed", detail, headers=headers)
    if error.status_code == 404:
        return Problem(404, "not_found", "There is nothing at this address.")
    return Problem(error.status_code, "http_error", str(error.detail))


def _complete_document(document: dict[str, Any], problem: type[BaseModel]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    reference = "#/components/schemas/{model}"
    shown = problem.model_json_schema(ref_template=reference)
    schemas.update(shown.pop("$defs", {}))
    schemas["Problem"] = shown
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    document["security"] = [{"token": []}]
    for methods in document.get("paths", {}).values():
        for method, operation in methods.items():
            _complete(method, operation)
    # FastAPI documents its own form of validation errors, which is never given here.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _complete(method: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
    if "412" in operation["responses"]:
        parameters.append(IF_MATCH)
    if not parameters:
        del operation["parameters"]
    responses = operation["responses"]
    default = responses.get("422", {}).get("content", {}).get("application/json")
    if default and "HTTPValidationError" in str(default):
        del responses["422"]
    if operation.get("x-permission") == "public":
        operation["security"] = []
