"""Which contract answers a request: by base URL, by path, and where two document one path, by the
token's `contract` claim.

The claim is read before the token is verified, for routing only; whichever contract is chosen
verifies the token again. Nothing is guessed from the shape of a body.
"""

import re
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.contract import Contract, under
from infrastructure.identity.bearer import unverified_contract


class FrontDoor:
    """`native` answers at the bare origin whatever no other contract claims."""

    def __init__(self, native: Contract, others: Sequence[Contract]):
        self._native = native
        self._others = tuple(others)
        claimed = [path for one in others for path in (one.base, *one.own, *one.shared)]
        # One look is all that most requests need.
        self._claimed = re.compile("|".join(rf"{re.escape(path)}(?:/|\Z)" for path in claimed))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if not self._others or not self._claimed.match(path):
            await self._native.app(scope, receive, send)
            return
        for contract in self._others:
            if under(path, (contract.base,)):
                scope["root_path"] = scope.get("root_path", "") + contract.base
                await contract.app(scope, receive, send)
                return
            if under(path, contract.own):
                await contract.app(scope, receive, send)
                return
        await self._by_claim(path, scope)(scope, receive, _varying(send))

    def _by_claim(self, path: str, scope: Scope) -> ASGIApp:
        claim = unverified_contract(_authorization(scope))
        for contract in self._others:
            if contract.name == claim and under(path, contract.shared) and contract.answers(scope):
                return contract.app
        return self._native.app


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def _varying(send: Send) -> Send:
    """Say to caches that the answer depends on the token."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Authorization")]
        await send(message)

    return send_on
