"""The SQL of one append: two round trips in a pipeline, or one.

The first begins, takes the append lock and reads the view; the second writes the plan and commits.
Where the view can be foretold, `expect_log` takes its place and everything goes out at once.
The lock is an advisory one, because LOCK TABLE would wait for autovacuum as well. The view is a
statement of its own after the lock: a statement's snapshot is older than the locks it waits for.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from pydantic_core import from_json, to_json

from infrastructure.append.plan import Plan, Prepared, View, answer_from_json, scope_of
from infrastructure.postgres.locks import APPEND_LOCK
from infrastructure.postgres.pipeline import Command
from infrastructure.projecting.with_append import Parked

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Said aloud, because a database may have another default, and the view has to be newer than the
# lock.
BEGIN: Command = ("BEGIN ISOLATION LEVEL READ COMMITTED", ())
COMMIT: Command = ("COMMIT", ())
ROLLBACK: Command = ("ROLLBACK", ())

LOCK = f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"

VIEW = """
SELECT c.position, extract(epoch FROM c.recorded_at) * 1000000,
    (SELECT json_object_agg(s, (
        SELECT max(originator_version) FROM stored_events e WHERE e.originator_id = s))
     FROM json_array_elements_text($1::json) s),
    (SELECT json_agg(json_build_array(encode(scope, 'hex'), encode(digest, 'hex'), answer))
     FROM command_keys
     WHERE scope = ANY(SELECT decode(k, 'hex') FROM json_array_elements_text($2::json) k)),
    (SELECT json_agg(json_build_array(read_model, stream)) FROM parked_streams
     WHERE stream = ANY(SELECT s FROM json_array_elements_text($1::json) s))
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (SELECT * FROM commits ORDER BY position DESC LIMIT 1) c ON true
"""

EXPECT = "SELECT expect_log($1, $2, $3::json, $4::json)"

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

PARK = "INSERT INTO parked_streams VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"

LONGEST_REASON = 500


def view_command(batch: Sequence[Prepared]) -> Command:
    streams: dict[str, None] = {}
    for prepared in batch:
        for change in prepared.job.changes:
            streams[change.name] = None
        for name in prepared.job.relied_on:
            streams[name] = None
    return VIEW, (to_json(list(streams)), to_json(scopes(batch)))


def expect_command(batch: Sequence[Prepared], name: str, view: View) -> Command:
    """Make sure that the view is that of the log, and that the append hasn't been abandoned under
    its name. The database raises an error otherwise."""
    position, heads = b"%d" % view.position, to_json(view.heads)
    return EXPECT, (name.encode(), position, heads, to_json(scopes(batch)))


def scopes(batch: Sequence[Prepared]) -> list[str]:
    """The keys of a batch as they are looked for."""
    keys = (prepared.job.key for prepared in batch)
    return [scope_of(key).hex() for key in keys if key is not None]


def view_of(row: Sequence[bytes | None]) -> View:
    position, microseconds, heads, keys, parked = row
    view = View()
    if position is not None and microseconds is not None:
        view.position = int(position)
        view.recorded_at = EPOCH + timedelta(microseconds=int(microseconds.split(b".")[0]))
    if heads is not None:
        view.heads = {stream: version or 0 for stream, version in from_json(heads).items()}
    if keys is not None:
        view.keys = {
            bytes.fromhex(scope): (bytes.fromhex(digest), answer_from_json(answer))
            for scope, digest, answer in from_json(keys)
        }
    if parked is not None:
        view.parked = {(read_model, stream) for read_model, stream in from_json(parked)}
    return view


def write_log(plan: Plan) -> list[Command]:
    """The log's own part of a plan."""
    time = plan.time.isoformat().encode()
    commands: list[Command] = []
    if plan.events:
        commands.append((INSERT_EVENTS, (to_json(plan.events),)))
        commands.append((INSERT_COMMIT, (b"%d" % plan.position, time)))
    if plan.keys:
        commands.append((INSERT_KEYS, (to_json(plan.keys), time)))
    return commands


def park(parked: Iterable[Parked]) -> list[Command]:
    return [
        (PARK, (p.read_model.encode(), p.stream.encode(), b"%d" % p.position, _reason(p.reason)))
        for p in parked
    ]


def _reason(reason: str) -> bytes:
    """A reason the database can store, whatever was in the data: one line, and not too long."""
    line = " ".join(reason.replace("\0", "").split())
    return line[:LONGEST_REASON].encode("utf-8", "replace")
