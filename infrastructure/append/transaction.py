"""One attempt to append a batch: a transaction of two round trips in a pipeline.

The first one begins, takes the append lock and reads the view; the second one writes the batch and
commits. The lock is an advisory one, because LOCK TABLE would wait for autovacuum as well. The view
is a statement of its own after the lock: a statement's snapshot is older than the locks it waits
for.

The append knows no read model: a projection gives the commands that write them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import psycopg
from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from application.ports import Answer, Change
from infrastructure.append.batch import Batch, EncodedJob, LogView, decide
from infrastructure.postgres.failures import will_pass
from infrastructure.postgres.locks import APPEND_LOCK
from infrastructure.postgres.pipeline import (
    BEGIN,
    COMMIT,
    ROLLBACK,
    Command,
    PipelineConnection,
    Rows,
)
from projections.read_model import Step

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LOCK: Command = (f"SELECT pg_advisory_xact_lock({APPEND_LOCK})", ())

SAVEPOINT: Command = ("SAVEPOINT projection", ())
BACK_TO_SAVEPOINT: Command = ("ROLLBACK TO SAVEPOINT projection", ())

VIEW = """
SELECT c.position, extract(epoch FROM c.recorded_at) * 1000000,
    (SELECT json_object_agg(s, (
        SELECT max(originator_version) FROM stored_events e WHERE e.originator_id = s))
     FROM json_array_elements_text($1::json) s),
    (SELECT json_agg(json_build_array(encode(scope, 'hex'), encode(digest, 'hex'), answer))
     FROM command_keys
     WHERE scope = ANY(SELECT decode(k, 'hex') FROM json_array_elements_text($2::json) k))
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (SELECT * FROM commits ORDER BY position DESC LIMIT 1) c ON true
"""

INSERT_EVENTS = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
SELECT stream, version, topic, convert_to(state, 'UTF8'), position
FROM json_to_recordset($1::json)
AS e(stream text, version bigint, topic text, state text, position bigint)
"""

INSERT_KEYS = """
INSERT INTO command_keys (scope, digest, answer, recorded_at)
SELECT decode(scope, 'hex'), decode(digest, 'hex'), answer, $2::timestamptz
FROM json_to_recordset($1::json) AS k(scope text, digest text, answer jsonb)
"""

INSERT_COMMIT = "INSERT INTO commits (position, recorded_at) VALUES ($1, $2)"

EVENT = """
SELECT convert_from(state, 'UTF8') FROM stored_events
WHERE originator_id = $1 AND originator_version = $2
"""
KEY = "SELECT 1 FROM command_keys WHERE scope = decode($1, 'hex')"

KEYS = TypeAdapter(list[tuple[str, str | None, Answer | None]])

Group = tuple[Sequence[Command], Callable[[Exception], Sequence[Command]]]
"""The commands of one read model, and those to run instead if the database refuses them."""


class Projection(Protocol):
    """The read models that are written with the append."""

    look: str
    """The SQL that reads, under the append lock, what the projection has to know of the streams
    whose names are the JSON array `$1`. Its rows are `seen`."""

    def size(self, change: Change, data: int) -> int:
        """About how many bytes of rows are written with a change, whose events have so many bytes
        of data."""
        ...

    def together(self, steps: Sequence[Step], seen: Rows) -> Sequence[Command]:
        """The commands of all read models."""
        ...

    def apart(self, steps: Sequence[Step], seen: Rows) -> Iterator[Group]:
        """The commands of one read model after the other."""
        ...


class Attempt:
    """One transaction. Errors of `together` and `apart`: those of the connection and the database,
    as they come."""

    committing: Batch | None = None
    """Set before the COMMIT is sent: from then on the outcome of a lost connection is unknown."""

    def __init__(
        self,
        jobs: Sequence[EncodedJob],
        projection: Projection,
        clock: Callable[[], datetime],
    ):
        self._jobs = jobs
        self._projection = projection
        self._clock = clock

    async def together(self, connection: PipelineConnection) -> Batch:
        """Append all jobs with the rows of all read models, or nothing."""
        view, seen = await self._begin(connection)
        batch = decide(self._jobs, view, self._clock())
        if batch.is_empty:
            await connection.run([ROLLBACK])
            return batch
        commands = [*write_commands(batch), *self._projection.together(batch.steps, seen), COMMIT]
        self.committing = batch
        await connection.run(commands)
        return batch

    async def apart(self, connection: PipelineConnection) -> Batch:
        """Append with a savepoint before each read model: one whose rows are refused goes without
        them. For a single job, so that no stream is parked for another's fault."""
        view, seen = await self._begin(connection)
        batch = decide(self._jobs, view, self._clock())
        await connection.run(write_commands(batch))
        for commands, otherwise in self._projection.apart(batch.steps, seen):
            try:
                await connection.run([SAVEPOINT, *commands])
            except psycopg.Error as error:
                if will_pass(error):
                    raise
                await connection.run([BACK_TO_SAVEPOINT, *otherwise(error)])
        self.committing = batch
        await connection.run([COMMIT])
        return batch

    async def _begin(self, connection: PipelineConnection) -> tuple[LogView, Rows]:
        # The lock is held meanwhile, so the reply is read at once, however busy the loop is.
        *_, (row,), seen = await connection.run_soon([BEGIN, LOCK, *self._look()])
        return view_of(row), seen

    def _look(self) -> list[Command]:
        """The commands that read the view, and what the projection has to know."""
        streams = to_json({name for encoded in self._jobs for name, _ in encoded.expected})
        scopes = to_json([encoded.scope for encoded in self._jobs if encoded.scope])
        return [(VIEW, (streams, scopes)), (self._projection.look, (streams,))]


def view_of(row: Sequence[bytes | None]) -> LogView:
    position, microseconds, versions, keys = row
    view = LogView()
    if position is not None and microseconds is not None:
        view.position = int(position)
        view.recorded_at = EPOCH + timedelta(microseconds=int(microseconds.split(b".")[0]))
    if versions is not None:
        view.versions = {stream: version or 0 for stream, version in from_json(versions).items()}
    if keys is not None:
        view.keys = {
            scope: None if digest is None or answer is None else (bytes.fromhex(digest), answer)
            for scope, digest, answer in KEYS.validate_json(keys)
        }
    return view


def write_commands(batch: Batch) -> list[Command]:
    """The log's own rows, without those of read models."""
    time = batch.time.isoformat().encode()
    commands: list[Command] = []
    if batch.events:
        commands.append((INSERT_EVENTS, (to_json(batch.events),)))
        commands.append((INSERT_COMMIT, (b"%d" % batch.position, time)))
    if batch.keys:
        commands.append((INSERT_KEYS, (to_json(batch.keys), time)))
    return commands


async def was_committed(connection: PipelineConnection, batch: Batch) -> bool:
    """True if the batch is in the log: a batch is one transaction, so one of its rows tells.

    The lost transaction may still be running in the server. It holds the append lock until it has
    ended, so the row is looked for under that lock.
    """
    if batch.is_empty:
        return True  # nothing was written, so nothing can be lost
    if not batch.events:
        look: Command = (KEY, (str(batch.keys[0]["scope"]).encode(),))
    else:
        first = batch.steps[0].recorded
        look = (EVENT, (str(first.stream).encode(), b"%d" % first.version))
    *_, rows, _ = await connection.run([BEGIN, LOCK, look, COMMIT])
    if not (rows and batch.events):
        return bool(rows)
    (state,) = rows[0]
    return bool(from_json(state or b"{}").get("id") == str(first.envelope.id))
