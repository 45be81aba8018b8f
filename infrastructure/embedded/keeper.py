"""Restarts a server that dies, for example when the system runs out of memory."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.postgres import EmbeddedPostgres

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two checks."""

AGAIN = 10.0
"""Seconds before the next try after a failed start."""

LEAVE = 5.0
"""Seconds that the end of the process waits for a start in progress."""


@contextmanager
def kept(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server, started now and restarted whenever it dies inside the block."""
    with postgres:
        stopped = threading.Event()
        keeper = threading.Thread(
            target=_keep, args=(postgres, stopped), name="PostgreSQL's keeper", daemon=True
        )
        keeper.start()
        try:
            yield postgres
        finally:
            stopped.set()
            keeper.join(LEAVE)


def _keep(postgres: EmbeddedPostgres, stopped: threading.Event) -> None:
    pause = LOOK
    while not stopped.wait(pause):
        pause = LOOK
        try:
            if postgres.has_died():
                log.warning("PostgreSQL has died; it is started again")
                postgres.start()
        except EmbeddedPostgresError as error:
            log.error("%s", error)
            pause = AGAIN
