"""The choice of the contract that answers a request: by base URL, by path, and where two document
one path, by the token's `contract` claim.

The claim is read before the token is verified, for routing only; the contract that is chosen
verifies the token. Nothing is guessed from the shape of a body.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infrastructure.identity.bearer import unverified_contract


@dataclass(frozen=True)
class Contract:
    """A contract's application and addresses. `base` is its base URL. `own` are the paths of the
    bare origin that it alone documents, `shared` those that another contract documents too:
    there the token's claim decides."""

    name: str
    base: str
    app: FastAPI
    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    def answers(self, scope: Scope) -> bool:
        """True if it defines this method and path."""
        return any(route.matches(scope)[0] == Match.FULL for route in self.app.router.routes)


class FrontDoor:
    """`native` answers every path of the bare origin that no other contract claims."""

    def __init__(self, native: Contract, others: Sequence[Contract]):
        self._native = native
        self._others = tuple(others)
        self._claims: dict[str | None, tuple[Contract, str]] = {}
        patterns = []
        for number, contract in enumerate(others):
            for base, paths in ((contract.base, (contract.base,)), ("", contract.own)):
                name = f"{'base' if base else 'own'}{number}"
                self._claims[name] = (contract, base)
                patterns.append(_below(name, paths))
        patterns.append(_below("shared", [path for one in others for path in one.shared]))
        # On every request: one match tries all contracts in their order.
        self._claimed = re.compile("|".join(patterns))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        claimed = self._claimed.match(path)
        if claimed is None:
            await self._native.app(scope, receive, send)
        elif claimed.lastgroup == "shared":
            await self._by_claim(path, scope)(scope, receive, _varying(send))
        else:
            contract, base = self._claims[claimed.lastgroup]
            if base:
                scope["root_path"] = scope.get("root_path", "") + base
            await contract.app(scope, receive, send)

    def _by_claim(self, path: str, scope: Scope) -> ASGIApp:
        claim = unverified_contract(_authorization(scope))
        for contract in self._others:
            if contract.name == claim and _under(path, contract.shared) and contract.answers(scope):
                return contract.app
        return self._native.app


def _under(path: str, prefixes: tuple[str, ...]) -> bool:
    """True if the path is one of these or below one of them."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _below(name: str, paths: Sequence[str]) -> str:
    """A group that matches these paths and the paths below them."""
    some = "|".join(map(re.escape, paths)) or "(?!)"
    return rf"(?P<{name}>(?:{some})(?:/|\Z))"


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def _varying(send: Send) -> Send:
    """Tell caches that the answer depends on the token."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Authorization")]
        await send(message)

    return send_on
