"""The front of all contracts: a request's id, its metrics, the answer to an unforeseen error, and
the choice of the contract that answers.

A contract is chosen by base URL, by path, and where two document one path, by the token's
`contract` claim. The claim is read before the token is verified, for routing only; the contract
that is chosen verifies the token. Nothing is guessed from the shape of a body.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.http.caching import UNCACHED
from api.http.connection import TRANSPORT
from api.http.route import ContractRoute
from api.services import Services
from infrastructure.identity.bearer import LONGEST_HEADER, unverified_contract

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class Front:
    """Gives every exchange an `X-Request-ID` (the caller's, if it is a valid one), counts it, and
    keeps its answer out of caches unless that states a rule."""

    def __init__(self, app: ASGIApp, services: Services):
        self._app = app
        self.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        scope["kith"], scope["kith.request_id"] = self.services, request_id
        header = (b"x-request-id", request_id.encode())
        started = time.perf_counter()
        status = 500
        begun = False
        asked = scope
        if scope["method"] == "HEAD":
            asked, send = {**scope, "method": "GET"}, _only_the_head(send)

        async def send_on(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                given = message["headers"]
                rule = () if b"cache-control" in dict(given) else (UNCACHED,)
                message["headers"] = [*given, header, *rule]
            try:
                await send(message)
            except RuntimeError:
                # The client is gone: end the endpoint, which might produce frames for ever.
                if TRANSPORT in scope and scope[TRANSPORT].is_closing():
                    raise ClientDisconnect from None
                raise

        try:
            await self._app(asked, receive, send_on)
        except (ClientDisconnect, _HeadSent):
            pass
        except asyncio.CancelledError:
            if not scope[TRANSPORT].is_closing():
                raise  # the server ends, not the client
        except Exception:
            logger.exception("an exchange ended in an unforeseen error")
            if not begun:
                with suppress(_HeadSent):
                    await _apologise(send_on)
        finally:
            route = getattr(asked.get("route"), "path", "")
            answered = asked.get("kith.answered") or time.perf_counter()
            self.services.metrics.count(scope["method"], route, status, answered - started)


class _HeadSent(Exception):
    """The answer to HEAD is complete: the endpoint has nothing more to do."""


def _only_the_head(send: Send) -> Send:
    """HEAD is answered by the endpoint of GET, which ends with the head: neither a stream nor the
    rest of a large page is read for nobody. Raises _HeadSent, once it is."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
        else:
            raise _HeadSent

    return send_on


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid7().hex


async def _apologise(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    body = b'{"title":"Internal Server Error","status":500,"code":"internal_error"}'
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass(eq=False)
class Contract:
    """A contract's application, addresses and routes. `base` is its base URL. `own` are the paths
    of the bare origin that it alone documents, `shared` those that another contract documents too:
    there the token's claim decides.

    Starlette matches its routes one after the other, and wraps each request in seven layers for
    routes that raise errors: that took a seventh of a POST. So routes without parameters are looked
    up, and a `ContractRoute`, which answers its own errors, is entered at once. Anything else, such
    as an unknown address or the documents, falls back to Starlette, with the same order of routes.
    """

    name: str
    base: str
    app: FastAPI
    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._fixed: dict[tuple[str, str], Route] = {}
        self._open: list[BaseRoute] = []
        for route in self.app.router.routes:
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

    def entered(self, scope: Scope) -> ASGIApp:
        """The matching `ContractRoute`, else the whole application."""
        found = self.find(scope)
        if found is None or not isinstance(found[0], ContractRoute):
            return self.app
        scope.update(found[1])
        return found[0].app


class FrontDoor:
    """`native` answers every path of the bare origin that no other contract claims."""

    def __init__(self, native: Contract, others: Sequence[Contract] = ()):
        self._native = native
        self._others = {contract.name: contract for contract in others}
        self._answering: dict[str, Contract | None] = {}
        """By prefix of a path; None where the token's claim decides."""
        for contract in others:
            self._answering |= dict.fromkeys(contract.shared)
            self._answering |= dict.fromkeys((*contract.own, contract.base), contract)
        prefixes = "|".join(map(re.escape, self._answering)) or "(?!)"
        # On every request: one match tries all prefixes.
        self._claimed = re.compile(rf"({prefixes})(?:/|\Z)")

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        contract = self._native
        if claimed := self._claimed.match(scope["path"]):
            prefix = claimed[1]
            if (named := self._answering[prefix]) is None:
                contract, send = self._by_claim(prefix, scope), _varying(send)
            else:
                contract = named
                if prefix == contract.base:
                    scope["root_path"] = scope.get("root_path", "") + prefix
        return contract.entered(scope)(scope, receive, send)

    def _by_claim(self, prefix: str, scope: Scope) -> Contract:
        authorization = Headers(scope=scope).get("authorization", "")
        claim = unverified_contract(authorization[: LONGEST_HEADER + 1])
        contract = self._others.get(claim or "")
        if contract and prefix in contract.shared and contract.find(scope):
            return contract
        return self._native


def _varying(send: Send) -> Send:
    """Tell caches that the answer depends on the token."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Authorization")]
        await send(message)

    return send_on
