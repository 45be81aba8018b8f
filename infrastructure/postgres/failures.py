"""Classes of errors: a lost connection, a transient failure, or a fault of the statement."""

import psycopg

PASSING = ("40", "53", "55P03", "57", "58", "25006")
"""SQLSTATEs, or their classes, of transient failures: deadlocks and serialization, full disks and
too many connections, lock timeouts, cancelled statements, restarts, I/O errors, and a server that
has become a standby."""

LOST = ("08", "57P", "25P03", "25P04")
"""SQLSTATEs that end a connection: a failure of the network, a shutdown, an idle timeout."""


def is_lost(error: BaseException) -> bool:
    """True if the connection was lost, so that the outcome of the last statement is unknown."""
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return isinstance(error, psycopg.OperationalError)
        return error.sqlstate.startswith(LOST)
    return isinstance(error, OSError)  # a TimeoutError is one


def will_pass(error: BaseException) -> bool:
    """True if a retry may succeed."""
    if is_lost(error):
        return True
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(PASSING)
