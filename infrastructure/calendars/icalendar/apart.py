"""Reading in a process that can be given up.

Some recurrence rules of a few characters take minutes, or never end, and no check of their text
finds them all. A thread can't be stopped, and would hold up the event loop of its process. So texts
are read in processes of their own, each text within some seconds of the processor: a busy machine
makes no event unreadable. A process that doesn't come back all the same is killed.
"""

import signal
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from anyio import BrokenWorkerProcess, CapacityLimiter, fail_after, to_process
from anyio.lowlevel import RunVar

from infrastructure.calendars.icalendar.reading import Read, read
from infrastructure.calendars.port import Trouble, Window

SECONDS = 2.0
"""Seconds of the processor for one text."""

PATIENCE = 60.0
"""Seconds until a process is killed, or has to have started."""

AT_ONCE = 2
"""Processes that read."""

TOO_SLOW = Read(
    None,
    True,
    (),
    (Trouble("", None, "too_slow", f"The event couldn't be worked out in {SECONDS:g} seconds."),),
)
"""An object whose reading was given up."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

_limiters: RunVar[CapacityLimiter] = RunVar("reading apart")
"""One for each event loop."""


class GivenUp(Exception):
    """A function took too long, or its process died of it."""


class _TimeIsUp(BaseException):
    """No error of the function's own: it isn't caught with those."""


async def apart(
    function: Callable[[*Arguments], Result], *arguments: *Arguments, seconds: float | None = None
) -> Result:
    """The result of a function of a module, in a process of its own. Raises GivenUp after `seconds`
    of the processor, else `SECONDS`; what the function raises; TimeoutError or BrokenWorkerProcess,
    if no process starts."""
    seconds = SECONDS if seconds is None else seconds
    async with _turns():
        # A process takes a second to start, on a busy machine several.
        await _run(started)
        try:
            return await _run(within, seconds, function, *arguments)
        except (TimeoutError, BrokenWorkerProcess):
            raise GivenUp from None


async def _run(function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    with fail_after(PATIENCE):
        return await to_process.run_sync(
            function, *arguments, cancellable=True, limiter=CapacityLimiter(1)
        )


def started() -> None:
    """Runs in the process; its module is loaded then."""


def within(
    seconds: float, function: Callable[[*Arguments], Result], *arguments: *Arguments
) -> Result:
    """Runs in the process, in its main thread, where a signal can end what takes too long."""
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        try:
            return function(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TimeIsUp:
        raise TimeoutError from None


def _give_up(*_: object) -> None:
    raise _TimeIsUp


def _turns() -> CapacityLimiter:
    limiter = _limiters.get(None)
    if limiter is None:
        _limiters.set(limiter := CapacityLimiter(AT_ONCE))
    return limiter


async def read_apart(text: bytes, window: Window, zone: str | None) -> Read:
    """`read` with a bound to its time. Raises TimeoutError or BrokenWorkerProcess if no process
    starts."""
    try:
        return await apart(read, text, window, zone)
    except GivenUp:
        return TOO_SLOW
