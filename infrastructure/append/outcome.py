"""Finding out whether a commit whose connection was lost took place."""

from pydantic_core import from_json

from infrastructure.append.plan import Plan
from infrastructure.append.transaction import BEGIN, COMMIT, LOCK
from infrastructure.postgres.pipeline import Command, PipelineConnection

EVENT = (
    "SELECT convert_from(state, 'UTF8') FROM stored_events "
    "WHERE originator_id = $1 AND originator_version = $2"
)
KEY = "SELECT 1 FROM command_keys WHERE scope = decode($1, 'hex')"
ABANDON = "INSERT INTO abandoned_appends (id) VALUES ($1) ON CONFLICT DO NOTHING"
FORGET = "DELETE FROM abandoned_appends WHERE at < now() - interval '1 day'"
"""No server reads words that are a day old."""


async def was_committed(connection: PipelineConnection, plan: Plan) -> bool:
    """Whether the plan is in the log; if it isn't, it can't get there any more. A batch is one
    transaction, so one of its rows tells.

    The lost transaction may still be running in the server: it holds the append lock until it has
    ended, so the answer is sought under that lock. Or it may not even have begun, where all of it
    was sent at once: then it is told to be too late.
    """
    if plan.is_empty:
        return True  # there was nothing to write, so nothing could be lost
    if plan.events:
        first = plan.events[0]
        stream, version = str(first["stream"]), str(first["version"])
        look: Command = (EVENT, (stream.encode(), version.encode()))
    else:
        look = (KEY, (str(plan.keys[0]["scope"]).encode(),))
    *_, rows = await connection.run([BEGIN, (LOCK, ()), look])
    if rows and (not plan.events or _id(rows[0][0]) == _id(str(plan.events[0]["state"]).encode())):
        await connection.run([COMMIT])
        return True
    if plan.sent_at_once is not None:
        await connection.run([(FORGET, ()), (ABANDON, (plan.sent_at_once.encode(),))])
    await connection.run([COMMIT])
    return False


def _id(state: bytes | None) -> object:
    return from_json(state or b"{}").get("id")
