"""kith with one of its bounds taken away, each of which an attack has to find."""

import sys

from psycopg_pool import AsyncConnectionPool

from api import services
from api.cli.main import main as kith
from api.http import connection
from infrastructure.postgres.pool import Pool
from projections import paging

NEVER = 1 << 60


def heads_without_end() -> None:
    connection.HEAD_BYTES = NEVER
    connection.HEADERS = NEVER


def bodies_without_budget() -> None:
    services.BODIES = services.BODIES_OF_A_TENANT = NEVER


def canceled_queries_keep_their_connections() -> None:
    type.__setattr__(Pool, "connection", AsyncConnectionPool.connection)


def pages_without_bytes() -> None:
    paging.PAGE_BYTES = NEVER


def main(name: str) -> int:
    """The `kith` command without this bound."""
    getattr(sys.modules[__name__], name)()
    return kith()
