"""The database of a command: the one that is set, or the embedded one, started if needed."""

from collections.abc import Iterator
from contextlib import contextmanager

from infrastructure.embedded import EmbeddedPostgres, kept
from infrastructure.settings import Settings
from infrastructure.system import prepare_database


@contextmanager
def database(settings: Settings | None = None) -> Iterator[str]:
    """The connection string of a prepared database. The embedded one is shared with other processes
    on the same data directory. Raises psycopg.OperationalError and EmbeddedPostgresError."""
    settings = settings or Settings.from_environment()
    if settings.database_url:
        prepare_database(settings.database_url)
        yield settings.database_url
        return
    with kept(EmbeddedPostgres(settings.data_dir)) as postgres:
        prepare_database(postgres.url)
        yield postgres.url
