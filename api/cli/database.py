"""The database a command works on: the one that is set, or the embedded one, started if needed."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from api.cli.errors import CommandError
from infrastructure.embedded import EmbeddedPostgres, kept
from infrastructure.settings import Settings
from infrastructure.system import prepare_database


@contextmanager
def database(settings: Settings | None = None) -> Iterator[str]:
    """A prepared database's connection string. Works beside a running server on the same data
    directory, and starts what it needs if none runs. Raises CommandError."""
    settings = settings or Settings.from_environment()
    if settings.database_url:
        _prepare(settings.database_url)
        yield settings.database_url
        return
    with kept(EmbeddedPostgres(settings.data_dir)) as postgres:
        _prepare(postgres.url)
        yield postgres.url


def _prepare(conninfo: str) -> None:
    try:
        prepare_database(conninfo)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise CommandError(f"The database can't be reached: {reason}") from error
