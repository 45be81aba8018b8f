"""Finding out whether a commit whose connection was lost took place."""

from pydantic_core import from_json

from infrastructure.eventstore.batch import Plan
from infrastructure.eventstore.transaction import BEGIN, COMMIT, LOCK
from infrastructure.postgres.pipeline import Command, PipelineConnection

EVENT = (
    "SELECT convert_from(state, 'UTF8') FROM stored_events "
    "WHERE originator_id = $1 AND originator_version = $2"
)
KEY = "SELECT 1 FROM command_keys WHERE scope = decode($1, 'hex')"


async def was_committed(connection: PipelineConnection, plan: Plan) -> bool:
    """Whether the plan is in the log. A batch is one transaction, so one of its rows tells.

    The lost transaction may still be running in the server: it holds the append lock until it has
    ended, so the answer is sought under that lock.
    """
    if plan.events:
        first = plan.events[0]
        stream, version = str(first["stream"]), str(first["version"])
        look: Command = (EVENT, (stream.encode(), version.encode()))
    else:
        look = (KEY, (str(plan.keys[0]["scope"]).encode(),))
    _, _, rows, _ = await connection.run([BEGIN, (LOCK, ()), look, COMMIT])
    if not plan.events or not rows:
        return bool(rows)
    return _id(rows[0][0]) == _id(str(plan.events[0]["state"]).encode())


def _id(state: bytes | None) -> object:
    return from_json(state or b"{}").get("id")
