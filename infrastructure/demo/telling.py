"""Tells the year to the ledger: one command after the other for each person, people side by side.

Every command has an idempotency key of its own, so that telling it again changes nothing, and one
that was interrupted is told to its end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from application.context import Principal
from application.entity import Entity
from application.ledger import Caller, Handler, Ledger
from application.ports import Answer, CommandKey
from application.work import Work
from domain.streams import StreamName
from infrastructure.demo.team import team

CONTRACT = "demo"
DIGEST = sha256(b"the demo of kith, first edition").digest()
"""Its dates differ from day to day, so it isn't the commands that are compared."""


class Do(Protocol):
    """Carries out a command of somebody in the team; the id of what it was about."""

    async def __call__(self, who: int, handler: Handler[Any], command: Any) -> UUID: ...


@dataclass(slots=True)
class Telling:
    ledger: Ledger
    tenant: str
    correlation: str
    progress: Callable[[], None] = lambda: None
    commands: int = 0
    """How many were told."""
    news: int = 0
    """How many of them were new to the ledger."""
    _team: tuple[Principal, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._team = team(self.tenant)

    def about(self, subject: str) -> Do:
        """The commands about one subject are told in their order."""
        count = 0

        async def do(who: int, handler: Handler[Any], command: Any) -> UUID:
            nonlocal count
            count += 1
            return await self._carry_out(who, f"{subject}-{count}", handler, command)

        return do

    async def _carry_out(self, who: int, key: str, handler: Handler[Any], command: Any) -> UUID:
        user = self._team[who]
        scope = CommandKey(self.tenant, user.user, CONTRACT, "POST", "/demo", key, DIGEST)
        caller = Caller(user, CONTRACT, self.correlation, scope)
        is_new = False

        async def watched(work: Work, command: Any) -> StreamName:
            nonlocal is_new
            is_new = True
            return await handler(work, command)

        answer = await self.ledger.carry_out(caller, watched, command, _id)
        self.commands += 1
        self.news += is_new
        self.progress()
        return UUID(answer.body)


def _id(entity: Entity[Any]) -> Answer:
    return Answer(201, body=str(entity.id))
