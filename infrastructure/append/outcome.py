"""Finding out whether a commit whose connection was lost took place."""

from pydantic_core import from_json

from infrastructure.append.batch import Batch
from infrastructure.append.transaction import LOCK
from infrastructure.postgres.pipeline import Command, PipelineConnection
from infrastructure.postgres.transactions import BEGIN, COMMIT

EVENT = (
    "SELECT convert_from(state, 'UTF8') FROM stored_events "
    "WHERE originator_id = $1 AND originator_version = $2"
)
KEY = "SELECT 1 FROM command_keys WHERE scope = decode($1, 'hex')"


async def was_committed(connection: PipelineConnection, batch: Batch) -> bool:
    """True if the batch is in the log: a batch is one transaction, so one of its rows tells.

    The lost transaction may still be running in the server. It holds the append lock until it has
    ended, so the row is looked for under that lock.
    """
    if batch.is_empty:
        return True  # nothing was written, so nothing can be lost
    if batch.events:
        first = batch.events[0]
        stream, version = str(first["stream"]), str(first["version"])
        look: Command = (EVENT, (stream.encode(), version.encode()))
    else:
        look = (KEY, (str(batch.keys[0]["scope"]).encode(),))
    *_, rows, _ = await connection.run([BEGIN, LOCK, look, COMMIT])
    if not batch.events:
        return bool(rows)
    return bool(rows) and _id(rows[0][0]) == _id(str(batch.events[0]["state"]).encode())


def _id(state: bytes | None) -> object:
    return from_json(state or b"{}").get("id")
