"""A real PostgreSQL without an installation: the server from a wheel, run for one data directory.

The rest of kith uses `EmbeddedPostgres`, and `kept`, which restarts a server that dies. For root
the server runs under a system user, never with root's rights, and no directory that kith didn't
make is opened for that user.
"""

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.postgres import EmbeddedPostgres, kept
from infrastructure.embedded.secret import development_secret

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "development_secret", "kept"]
