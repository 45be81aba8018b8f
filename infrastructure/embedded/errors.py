"""The error of the embedded server."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL can't be found, made, started or stopped. The message says why, and
    names a remedy."""
