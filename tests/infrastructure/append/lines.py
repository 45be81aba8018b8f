"""A process whose way to the database can be cut, for the tests of what is lost by that."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from application.errors import OutcomeUnknown, Unavailable
from application.ports import Answer, Job, Receipt
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.proxy import Proxy, proxied
from tests.infrastructure.append.support import Process, process

PATIENCE = 60
"""Seconds, for tests in which nothing is ever to be given up, however busy the machine is."""


@dataclass
class Line:
    """A process whose way to the database can be cut, and one whose way can't."""

    one: Process
    proxy: Proxy
    ledger: str

    def has(self, name) -> int:
        """The number of times that the stream's first event is in the log."""
        return check_log(self.ledger).count((str(name), 1))


@asynccontextmanager
async def open_line(ledger: str, make_directory, *, patience: float) -> AsyncIterator[Line]:
    async with (
        proxied(ledger, make_directory) as (conninfo, proxy),
        process(conninfo, (), patience=patience) as one,
    ):
        yield Line(one, proxy, ledger)


def told(receipt: Receipt) -> Answer | None:
    return receipt.replayed or receipt.answer


async def persist(line: Line, command: Callable[[], Job]) -> Receipt:
    """Send it again until it is known to be there, as a client with some sense would."""
    for _ in range(20):
        with suppress(Unavailable, OutcomeUnknown):
            return await line.one.appender.append(command())
    raise AssertionError("it never was")
