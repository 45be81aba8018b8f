"""Reading in a process that can be given up.

Some recurrence rules of a few characters take minutes, or never end, and no check of their text
finds them all. A thread can't be stopped, and would hold up the event loop of its process. So texts
are read in processes of their own; one that takes longer than its time is killed, and the next text
gets a new one.
"""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from anyio import BrokenWorkerProcess, CapacityLimiter, fail_after, to_process
from anyio.lowlevel import RunVar

from infrastructure.calendars.icalendar.reading import Read, read
from infrastructure.calendars.port import Trouble, Window

SECONDS = 5.0
"""Time for one text, and for its process to start."""

AT_ONCE = 2
"""Processes that read."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


_limiters: RunVar[CapacityLimiter] = RunVar("reading apart")
"""One for each event loop."""


def _turns() -> CapacityLimiter:
    limiter = _limiters.get(None)
    if limiter is None:
        _limiters.set(limiter := CapacityLimiter(AT_ONCE))
    return limiter


async def apart(
    function: Callable[[*Arguments], Result],
    *arguments: *Arguments,
    seconds: float | None = None,
) -> Result:
    """The result of a function of a module, in a process of its own. Raises TimeoutError after
    `seconds`, else `SECONDS`, and what the function raises."""
    async with _turns():
        with fail_after(SECONDS if seconds is None else seconds):
            return await to_process.run_sync(
                function, *arguments, cancellable=True, limiter=CapacityLimiter(1)
            )


async def read_apart(text: bytes, window: Window, zone: str | None) -> Read:
    """`read` with a bound to its time. Raises nothing."""
    try:
        return await apart(read, text, window, zone)
    except (TimeoutError, BrokenWorkerProcess):
        detail = f"The recurrence of the event couldn't be worked out in {SECONDS:g} seconds."
        return Read(None, True, (), (Trouble("", None, "too_slow", detail),))
