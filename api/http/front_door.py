"""The choice of the contract that answers a request: by base URL, by path, and where two document
one path, by the token's `contract` claim.

The claim is read before the token is verified, for routing only; the contract that is chosen
verifies the token. Nothing is guessed from the shape of a body.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.datastructures import Headers
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
        self._answering: dict[str, Contract | None] = {}
        """By prefix of a path; None where the token's claim decides."""
        for contract in others:
            self._answering |= dict.fromkeys(contract.shared)
            self._answering |= dict.fromkeys((*contract.own, contract.base), contract)
        prefixes = "|".join(map(re.escape, self._answering)) or "(?!)"
        # On every request: one match tries all prefixes.
        self._claimed = re.compile(rf"({prefixes})(?:/|\Z)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        claimed = self._claimed.match(scope.get("path", ""))
        if claimed is None:
            await self._native.app(scope, receive, send)
            return
        prefix = claimed[1]
        contract = self._answering[prefix]
        if contract is None:
            await self._by_claim(prefix, scope)(scope, receive, _varying(send))
            return
        if prefix == contract.base:
            scope["root_path"] = scope.get("root_path", "") + prefix
        await contract.app(scope, receive, send)

    def _by_claim(self, prefix: str, scope: Scope) -> ASGIApp:
        claim = unverified_contract(Headers(scope=scope).get("authorization"))
        for contract in self._others:
            if contract.name == claim and prefix in contract.shared and contract.answers(scope):
                return contract.app
        return self._native.app


def _varying(send: Send) -> Send:
    """Tell caches that the answer depends on the token."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Authorization")]
        await send(message)

    return send_on
