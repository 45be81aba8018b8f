"""What can go wrong with the embedded server, said in a sentence that a person can act on."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL can't be found, made, started or stopped; the message says why."""
