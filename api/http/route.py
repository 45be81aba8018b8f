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
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http import body
from api.http.answers import Content, JsonResponse, response_of
from api.http.call import Call, tenant_required
from api.http.connection import READS
from api.http.dialect import Dialect
from api.http.problem import faults_of, forbidden, problem_of, unprocessable
from api.http.query import check_query, check_tags, takes_tags
from api.http.repeats import Judge, judged
from api.http.sending import SMALL, send_until_taken, size_of
from application.errors import KeyExpired
from application.ports import Answer
from infrastructure.tenant_limiter import LimitReached

TENANT = "kith.tenant"
"""Set in the scope of a request that is admitted: whose answer it is."""

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
        self.exchange = self.app = _Exchange(self, self.dialect)


class _Exchange:
    """One route's request and response, as an ASGI application. `judge` judges the answer to a
    repeated key; `confidential` members of a body don't count for the key's digest."""

    judge: Judge | None = None
    confidential: frozenset[str] = frozenset()

    def __init__(self, route: Any, dialect: Dialect):
        self._endpoint = route.endpoint
        self._permission = route.permission
        self._dialect = dialect
        self._status = route.status_code or 200
        dependant = route.dependant
        self._call = dependant.request_param_name
        self._path = [param.name for param in dependant.path_params]
        self._query = _input(dependant.query_params, "query")
        self._body = _input(dependant.body_params, "body")
        # What needs no token records nothing, so nothing of it could be hidden.
        self._writes = not {"GET", "DELETE"} & route.methods and route.permission != PUBLIC
        self._keyed = "POST" in route.methods and route.permission not in (PUBLIC, SIGNED_IN)
        self._takes_tags = takes_tags(route.openapi_extra)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._respond(scope, receive)
        except Exception as error:
            response = self._dialect.render(problem_of(error))
        if (size := size_of(response)) <= SMALL:
            await response(scope, receive, send)
            return
        # The answer to a command is given however many wait: it has had its effect.
        anyway = scope["method"] not in READS
        with scope["kith"].answers.hold(scope.get(TENANT, ""), anyway=anyway) as take:
            try:
                take(size)
            except LimitReached as error:
                response = self._dialect.render(problem_of(error))
            await send_until_taken(response, scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        call = Call(scope, receive)
        call.services, call.contract, call.status = scope["kith"], self._dialect.name, self._status
        if self._permission != PUBLIC:
            verifier = call.services.verifier
            call.principal = await verifier.verify(call.headers.get("authorization"))
            if self._permission != SIGNED_IN:
                self._admit(call)
        arguments: dict[str, Any] = {self._call: call}
        for name in self._path:
            arguments[name] = scope["path_params"][name]
        if scope["query_string"]:
            check_query(call, self._query.known if self._query else ())
            if self._writes:
                check_tags(call, taken=self._takes_tags)
        if self._query is not None:
            arguments[self._query.name] = self._query.validated(dict(call.query_params))
        raw = b""
        if self._body is not None:
            with call.services.bodies.hold(call.principal.tenant or "") as take:
                raw = await body.read(call, call.services.settings.max_body_bytes, take)
            if raw or not self._body.optional:
                arguments[self._body.name] = self._body.validated(body.parse(raw))
        if self._keyed and (key := call.headers.get("idempotency-key")) is not None:
            call.set_key(key, self._digested(raw))
            if (given := await self._given_before(call)) is not None:
                return given
        answered: Content | Answer | Response = await self._endpoint(**arguments)
        match answered:
            case Content():
                return JsonResponse(answered.body, self._status, answered.headers)
            case Answer():
                return await response_of(call, answered)
            case _:
                return answered

    def _digested(self, raw: bytes) -> bytes:
        """The part of a valid body that tells two commands under one key apart."""
        if not self.confidential:
            return raw
        parsed: Any = body.parse(raw)
        return to_json({key: parsed[key] for key in parsed if key not in self.confidential})

    def _admit(self, call: Call) -> None:
        if self._dialect.principal is not None:
            call.principal = self._dialect.principal(call)
        tenant = call.principal.tenant
        if tenant is None:
            raise tenant_required(self._dialect.requires_tenant)
        call.scope[TENANT] = tenant
        if self._permission not in call.principal.permissions:
            raise forbidden(self._permission)
        if self._dialect.admit is not None:
            self._dialect.admit(call)
        if call.method not in READS:
            call.services.answers.check(tenant)

    async def _given_before(self, call: Call) -> Response | None:
        """The answer already given to the request's key, as the caller may have it now. It is
        looked up before the endpoint runs, because the records may have changed since, and a repeat
        has no effect."""
        assert call.key is not None
        try:
            answer = await call.services.system.log.answered(call.key)
        except KeyExpired:
            if self.judge is not None:
                await self.judge(call)  # that the record is gone says more
            raise
        if answer is None:
            call.unanswered = True
            return None
        _ = call.open_tags  # the answer may show what they open, and the permission may be gone
        return await response_of(call, await judged(call, answer, self.judge))


class _Input:
    """An endpoint's query or body parameter: its name, the names of its model's fields, and True if
    it may be missing."""

    def __init__(self, params: list[Any], part: str):
        (param,) = params
        annotation = param.field_info.annotation
        models = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
        (model,) = (kind for kind in models if issubclass(kind, BaseModel))
        self.name: str = param.name
        self.known = [info.alias or name for name, info in model.model_fields.items()]
        self.optional = not param.field_info.is_required()
        self._part = part
        self._validate = TypeAdapter(model).validate_python

    def validated(self, value: object) -> Any:
        try:
            return self._validate(value)
        except ValidationError as error:
            raise unprocessable(faults_of(error, self._part, self.known)) from None


def _input(params: list[Any], part: str) -> _Input | None:
    return _Input(params, part) if params else None
