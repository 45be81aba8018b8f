"""The commands that begin and end a transaction on a PipelineConnection."""

from infrastructure.postgres.pipeline import Command

# The isolation level is explicit: the database may have another default, and a statement after a
# lock has to see what was committed before the lock was granted.
BEGIN: Command = ("BEGIN ISOLATION LEVEL READ COMMITTED", ())
COMMIT: Command = ("COMMIT", ())
ROLLBACK: Command = ("ROLLBACK", ())
