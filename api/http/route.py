"""The route class of all contracts.

FastAPI's own request handling costs more than all of kith's, and parses the body before the caller
is authenticated. This class keeps its routing and its OpenAPI document, and replaces the rest:
authenticate, check the permission, read the body within bounds, parse it strictly, validate, repeat
the answer to a known key, call the endpoint. An endpoint is `async def`, takes a `Call` and
validated parameters, and gives the content of the answer, the answer of a command, or a response.
Router-level dependencies don't run here; a test requests every route without a token.
"""

from collections.abc import Callable
from typing import Any, ClassVar, get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.answers import Content, JsonResponse, response_of
from api.http.call import Call, tenant_required
from api.http.connection import LATE
from api.http.dialect import Dialect
from api.http.problem import Fault, Problem, Refused, faults_of, problem_of, unprocessable
from api.http.query import check_query, check_tags, takes_tags
from api.http.strict_json import parse
from application.ports import Answer

PUBLIC = "public"
"""Needs no token."""

SIGNED_IN = "signed_in"
"""Needs a token, but neither a tenant nor a permission, because it shows no tenant's data."""


def needs(permission: str) -> dict[str, Any]:
    """For `openapi_extra`: the permission that a route needs, published with it."""
    return {"x-permission": permission}


class ContractRoute(APIRoute):
    """A route that names its permission by `needs` and answers its own errors."""

    dialect: ClassVar[Dialect]

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any):
        super().__init__(path, endpoint, **options)
        # FastAPI takes the docstring, which is the summary here.
        self.description = options.get("description") or ""
        self.permission: str = (self.openapi_extra or {})["x-permission"]
        self.app = _Exchange(self, self.dialect)


class _Exchange:
    """One route's request and response, as an ASGI application."""

    def __init__(self, route: Any, dialect: Dialect):
        self._endpoint = route.endpoint
        self._permission = route.permission
        self._dialect = dialect
        self._status = route.status_code or 200
        dependant = route.dependant
        self._call = dependant.request_param_name
        self._path = [param.name for param in dependant.path_params]
        self._query = _model(dependant.query_params)
        self._body = _model(dependant.body_params)
        self._writes = not {"GET", "DELETE"} & set(route.methods)
        self._takes_tags = takes_tags(route.openapi_extra)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive)
        try:
            response = await self._respond(call)
        except Exception as error:
            response = self._dialect.render(problem_of(error))
        await response(scope, receive, send)

    async def _respond(self, call: Call) -> Response:
        call.contract, call.status = self._dialect.name, self._status
        await self._authenticate(call)
        arguments: dict[str, Any] = {self._call: call}
        for name in self._path:
            arguments[name] = call.scope["path_params"][name]
        check_query(call, self._query[2] if self._query else ())
        if self._writes:
            check_tags(call, taken=self._takes_tags)
        if self._query is not None:
            name, adapter, known, _ = self._query
            arguments[name] = _validated(adapter, dict(call.query_params), "query", known)
        if self._body is not None:
            name, adapter, known, optional = self._body
            call.body_bytes = await _body(call, call.services.settings.max_body_bytes)
            if call.body_bytes or not optional:
                arguments[name] = _validated(adapter, parse(call.body_bytes), "body", known)
        if (given := await self._given_before(call)) is not None:
            return given
        answered: Content | Answer | Response = await self._endpoint(**arguments)
        match answered:
            case Content():
                return JsonResponse(answered.body, call.status, answered.headers)
            case Answer():
                return await response_of(call, answered)
            case _:
                return answered

    async def _given_before(self, call: Call) -> Response | None:
        """The answer already given to the request's key. It is looked up before the endpoint runs,
        because the records may have changed since, and the answer mustn't."""
        if self._permission in (PUBLIC, SIGNED_IN) or (key := call.key()) is None:
            return None
        answer = await call.services.system.log.answered(key)
        if answer is None:
            call.unanswered = True
            return None
        _ = call.open_tags  # the answer may show what they open, and the permission may be gone
        return await response_of(call, answer)

    async def _authenticate(self, call: Call) -> None:
        if self._permission == PUBLIC:
            return
        verifier = call.services.verifier
        header = call.header(b"authorization")
        call.principal = verifier.cached(header) or await verifier.verify(header)
        await self._admit(call)

    async def _admit(self, call: Call) -> None:
        if self._permission == SIGNED_IN:
            return
        call.principal = self._dialect.principal(call)
        if call.principal.tenant is None:
            raise tenant_required(self._dialect.requires_tenant)
        call.require(self._permission)
        self._dialect.admit(call)


_Parameter = tuple[str, TypeAdapter[Any], tuple[str, ...], bool]


def _model(params: list[Any]) -> _Parameter | None:
    """An endpoint's query or body parameter: its name, its model, the names of its fields, and True
    if it may be missing."""
    if not params:
        return None
    (param,) = params
    annotation = param.field_info.annotation
    models = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
    (model,) = (kind for kind in models if issubclass(kind, BaseModel))
    known = tuple(info.alias or name for name, info in model.model_fields.items())
    return param.name, TypeAdapter(model), known, not param.field_info.is_required()


def _validated(adapter: TypeAdapter[Any], value: object, part: str, known: tuple[str, ...]) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise unprocessable(faults_of(error, part, known)) from None


async def _body(call: Call, most: int) -> bytes:
    """The body, within bounds. Raises 408, 413 and 415."""
    content_type = call.header(b"content-type")
    if content_type is None:
        content_type = "application/json"
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refused(Problem(415, "unsupported_media_type", "A body has to be application/json."))
    encodings = (call.list_header(b"content-encoding") or "").lower().split(",")
    if any(encoding.strip() not in ("", "identity") for encoding in encodings):
        detail = "A body has to come as it is, without a Content-Encoding."
        accepted = (("Accept-Encoding", "identity"),)
        raise Refused(Problem(415, "unsupported_content_encoding", detail, headers=accepted))
    body = b""
    more = True
    while more:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            detail = f"A body may have up to {most} bytes."
            raise Refused(Problem(413, "too_large", detail))
        if more and LATE in call.scope:
            detail = "The body didn't arrive in time."
            raise Refused(Problem(408, "too_slow", detail, headers=(("Connection", "close"),)))
    return body


__all__ = ["PUBLIC", "SIGNED_IN", "ContractRoute", "Fault", "needs"]
