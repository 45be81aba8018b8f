"""What a failure means for what was under way: was the connection lost, will it pass, or is it
the statement's own fault?"""

import psycopg

PASSING = ("40", "53", "55P03", "57", "58", "25006")
"""SQLSTATEs, or their classes, that are nobody's fault and may be over in a moment: deadlocks and
serialization, full disks and too many connections, locks not to be had, cancelled statements,
restarts, I/O errors, and a server that has become a standby."""

LOST = ("08", "57P", "25P03", "25P04")
"""Those with which the server ends a connection: for its own reasons, or because it waited long."""


def is_lost(error: BaseException) -> bool:
    """Whether the conversation broke off, so that what was said last may have been heard or not."""
    if isinstance(error, psycopg.Error):
        state = error.sqlstate
        return isinstance(error, psycopg.OperationalError) if state is None else _in(state, LOST)
    return isinstance(error, OSError)  # a TimeoutError is one


def will_pass(error: BaseException) -> bool:
    """Whether the same may succeed in a moment."""
    if is_lost(error):
        return True
    return isinstance(error, psycopg.Error) and _in(error.sqlstate or "", PASSING)


def _in(state: str, classes: tuple[str, ...]) -> bool:
    return state.startswith(classes)
