"""The state of each read model: its lag, and its parked streams."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection

from infrastructure.log.reader import LogReader
from infrastructure.projecting.parking import Parked
from infrastructure.projecting.row_writer import FOLLOWER
from infrastructure.projecting.statements import version
from projections.read_model import ReadModel

LAG = f"""
SELECT c.name, c.version, c.position, (
    SELECT greatest(extract(epoch FROM clock_timestamp() - recorded_at), 0) FROM commits
    WHERE commits.position > c.position ORDER BY commits.position LIMIT 1)
FROM checkpoints c WHERE c.follower = '{FOLLOWER}'
"""

PARKED = """
SELECT read_model, stream, position, reason FROM parked_streams ORDER BY read_model, position
"""


@dataclass(slots=True)
class Status:
    """`events` is the lag, `seconds` the age of the first event that is lacking; both are 0 for a
    read model that is written with the append. A read model that isn't `current` is missing, or of
    another version than this program's."""

    name: str
    with_append: bool
    current: bool
    checkpoint: int
    events: int
    seconds: float
    parked: list[Parked] = field(default_factory=list)


async def status(connection: AsyncConnection[Any], models: Sequence[ReadModel]) -> list[Status]:
    """The state of each read model. Raises psycopg.Error."""
    found = await figures(connection, models)
    known = {one.name: one for one in found}
    cursor = await connection.execute(PARKED)
    for row in await cursor.fetchall():
        if row[0] in known:
            known[row[0]].parked.append(Parked(*row))
    return found


async def figures(connection: AsyncConnection[Any], models: Sequence[ReadModel]) -> list[Status]:
    """The state of each read model, without its parked streams. Raises psycopg.Error."""
    # The checkpoints first: a head that is read later is never before them.
    cursor = await connection.execute(LAG, prepare=True)
    known = {name: rest for name, *rest in await cursor.fetchall()}
    last = await LogReader(connection).head()
    result = []
    for model in models:
        made_as, checkpoint, seconds = known.get(model.name, (None, 0, None))
        if model.with_append:
            checkpoint, seconds = last, None
        current = made_as == version(model)
        behind = float(seconds or 0)
        result.append(
            Status(model.name, model.with_append, current, checkpoint, last - checkpoint, behind)
        )
    return result
