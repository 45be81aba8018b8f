"""The SQL of one append: two round trips in a pipeline.

The first one begins, takes the append lock and reads the view; the second one writes the batch and
commits. The lock is an advisory one, because LOCK TABLE would wait for autovacuum as well. The view
is a statement of its own after the lock: a statement's snapshot is older than the locks it waits
for.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic_core import from_json, to_json

from infrastructure.append.batch import Batch, EncodedJob, LogView
from infrastructure.append.command_keys import answer_from_json, scope_of
from infrastructure.postgres.locks import APPEND_LOCK
from infrastructure.postgres.pipeline import Command

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LOCK: Command = (f"SELECT pg_advisory_xact_lock({APPEND_LOCK})", ())

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


def streams_of(jobs: Sequence[EncodedJob]) -> list[str]:
    """The streams that the jobs write or rely on."""
    streams: dict[str, None] = {}
    for encoded in jobs:
        for change in encoded.job.changes:
            streams[change.name] = None
        for name in encoded.job.relied_on:
            streams[name] = None
    return list(streams)


def view_command(jobs: Sequence[EncodedJob], streams: Sequence[str]) -> Command:
    keys = (encoded.job.key for encoded in jobs)
    scopes = [scope_of(key).hex() for key in keys if key is not None]
    return VIEW, (to_json(streams), to_json(scopes))


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
            bytes.fromhex(scope): (bytes.fromhex(digest), answer_from_json(answer))
            for scope, digest, answer in from_json(keys)
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
