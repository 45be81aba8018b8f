"""A real PostgreSQL without an installation: the server from a wheel, run for one data directory.

`EmbeddedPostgres`, and `kept`, which brings it back when it dies, are all that the rest of kith
sees. As root the server runs under a system user of ours, never with root's rights, and no
directory of others is opened up for it.
"""

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.keeper import kept
from infrastructure.embedded.postgres import EmbeddedPostgres
from infrastructure.embedded.secret import development_secret

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "development_secret", "kept"]
