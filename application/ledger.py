"""The ledger: a handler decides on the entities it loads, and the ledger appends its events."""

from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from application.context import Caller, Principal
from application.entity import Entity
from application.envelope import Actor
from application.errors import PreconditionFailed, VersionConflict
from application.ports import Answer, Clock, EventLog, Job, NewId, Numbers, Receipt
from application.work import Work
from domain.errors import Refusal
from domain.streams import StreamName

ATTEMPTS = 100
"""Decisions on a command before its caller gets the VersionConflict. Of the commands that change
one stream at once, each append lets one through, so this is how many can be in flight."""


C = TypeVar("C")
Handler = Callable[[Work, C], Awaitable[StreamName]]
Respond = Callable[[Entity], Answer]


class Effect(NamedTuple):
    """The entity that a command was about, after it. `appended` is False if it changed nothing."""

    entity: Entity
    appended: bool


class Ledger:
    def __init__(self, log: EventLog, numbers: Numbers, clock: Clock, new_id: NewId):
        self._log = log
        self._work = partial(Work, log, numbers, clock, new_id)

    async def carry_out(
        self, caller: Caller, handler: Handler[C], command: C, respond: Respond
    ) -> Answer:
        """Carry out a command and return its answer, once per idempotency key. Raises Refusal,
        PreconditionFailed, and the errors of EventLog.append."""
        key = caller.key
        if key and not caller.unanswered and (answer := await self._log.answered(key)):
            return answer
        done = await self._done(caller, handler, command, respond)
        return done if isinstance(done, Answer) else respond(done.entity)

    async def execute(self, caller: Caller, handler: Handler[C], command: C) -> Effect:
        """Carry out a command of a program, which has no idempotency key and needs no answer.
        Errors: those of carry_out."""
        assert caller.key is None
        done = await self._done(caller, handler, command, lambda _: Answer(204))
        assert isinstance(done, Effect)
        return done

    async def _done(
        self, caller: Caller, handler: Handler[C], command: C, respond: Respond
    ) -> Effect | Answer:
        """The effect of a command; the answer where one is kept with the caller's key.

        A handler may decide on entities that are a little old, which the append notices. If nothing
        is appended, nothing notices: so a refusal, and that nothing changes, are final only if they
        were decided on fresh state, and a refusal only if no twin of the command was faster.
        """
        fresh = False
        for _ in range(ATTEMPTS):
            work = self._work(caller, fresh=fresh)
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

    async def _append(
        self, caller: Caller, work: Work, subject: StreamName, respond: Respond
    ) -> Effect | Answer:
        if not work.changes and not caller.key:
            return Effect(work.subject(subject), appended=False)

        def entity(receipt: Receipt) -> Entity:
            return receipt.entities.get(subject) or work.subject(subject)

        receipt = await self._log.append(
            Job(
                actor=actor_of(caller.principal),
                contract=caller.contract,
                correlation=caller.correlation,
                changes=list(work.changes.values()),
                relied_on=work.relied_on,
                key=caller.key,
                answer=lambda receipt: respond(entity(receipt)),
            )
        )
        return receipt.replayed or receipt.answer or Effect(entity(receipt), appended=True)


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
