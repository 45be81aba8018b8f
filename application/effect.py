"""Whether a command did anything: what imports count."""

from typing import Any

from application.ledger import Caller, Handler, Ledger
from application.ports import Answer
from application.work import Work
from domain.streams import StreamName

DONE = Answer(204)


async def takes_effect(ledger: Ledger, caller: Caller, handler: Handler[Any], command: Any) -> bool:
    """Carry out a command; whether it appended anything. Errors: those of Ledger.carry_out."""
    appended = False

    async def watched(work: Work, command: object) -> StreamName:
        nonlocal appended
        appended = False
        subject = await handler(work, command)
        appended = bool(work.changes)
        return subject

    answer = await ledger.carry_out(caller, watched, command, lambda _: DONE)
    return appended and answer is DONE
