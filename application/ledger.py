"""The ledger: loads, lets a handler decide, appends, and decides again when another came first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from application.context import Principal
from application.entity import Entity
from application.envelope import Actor
from application.errors import PreconditionFailed, VersionConflict
from application.ports import Answer, Clock, CommandKey, EventLog, Job, NewId, Numbers, Receipt
from application.work import Work
from domain.errors import Refusal
from domain.streams import StreamName

ATTEMPTS = 100
"""How often a command is decided before its caller hears of the conflict. Of those who change one
stream at once, each pass of the append lets one through, so this is how many may."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, through which contract, under which request id, with what conditions.

    `if_match` are the positions the record may be at, None for any. `unanswered` is whether it has
    been found out, just now, that nothing was answered to the key.
    """

    principal: Principal
    contract: str
    correlation: str
    key: CommandKey | None = None
    if_match: frozenset[int] | None = None
    unanswered: bool = False

    @property
    def tenant(self) -> str:
        assert self.principal.tenant is not None
        return self.principal.tenant


C = TypeVar("C")
Handler = Callable[[Work, C], Awaitable[StreamName]]
Respond = Callable[[Entity], Answer]


class Ledger:
    def __init__(self, log: EventLog, numbers: Numbers, clock: Clock, new_id: NewId):
        self._log = log
        self._numbers = numbers
        self._clock = clock
        self._new_id = new_id

    async def carry_out(
        self, caller: Caller, handler: Handler[C], command: C, respond: Respond
    ) -> Answer:
        """Carry out a command and give its answer, once per idempotency key.

        A handler decides on what may be a little old; the append finds that out. Where nothing is
        appended, nothing finds it out: that a command is refused or changes nothing is final only
        if it was decided on fresh state, and a refusal if no twin of the command was faster.
        """
        if (
            (key := caller.key)
            and not caller.unanswered
            and (answer := await self._log.answered(key))
        ):
            return answer
        fresh = False
        for _ in range(ATTEMPTS):
            work = self._work(caller, fresh)
            try:
                subject = await handler(work, command)
            except (Refusal, PreconditionFailed):
                if not fresh:
                    fresh = True
                    continue
                if caller.key and (answer := await self._log.answered(caller.key)):
                    return answer
                raise
            if not (work.changes or caller.key or fresh):
                fresh = True
                continue
            try:
                return await self._append(caller, work, subject, respond)
            except VersionConflict as conflict:
                fresh, last = True, conflict
        raise last

    def _work(self, caller: Caller, fresh: bool) -> Work:
        return Work(
            self._log,
            self._numbers,
            self._clock,
            self._new_id,
            tenant=caller.tenant,
            user=caller.principal.user,
            key=caller.key,
            if_match=caller.if_match,
            fresh=fresh,
        )

    async def _append(
        self, caller: Caller, work: Work, subject: StreamName, respond: Respond
    ) -> Answer:
        if not work.changes and not caller.key:
            return respond(work.subject(subject))

        def answer(receipt: Receipt) -> Answer:
            return respond(receipt.entities.get(str(subject)) or work.subject(subject))

        receipt = await self._log.append(
            Job(
                tenant=caller.tenant,
                actor=actor_of(caller.principal),
                contract=caller.contract,
                correlation=caller.correlation,
                changes=list(work.changes.values()),
                relied_on=work.relied_on,
                key=caller.key,
                answer=answer,
            )
        )
        return receipt.replayed or receipt.answer or answer(receipt)


@lru_cache(maxsize=1024)
def actor_of(principal: Principal) -> Actor:
    return Actor(
        id=principal.user,
        name=principal.name,
        given_name=principal.given_name,
        family_name=principal.family_name,
        number=principal.number,
        permissions=tuple(sorted(principal.permissions)),
    )
