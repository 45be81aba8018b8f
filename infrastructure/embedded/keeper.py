"""Brings the server back when it dies alone, as when the system is short of memory and kills it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.postgres import EmbeddedPostgres

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks."""

AGAIN = 10.0
"""Seconds before the next try where it didn't start."""

LEAVE = 5.0
"""Seconds that are given to a start that is under way when the process ends."""


@contextmanager
def kept(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server, started, and started again for as long as it is used."""
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
