"""Checkpoints: how far each follower has followed the log, as positions, all in one table.

A checkpoint moves by compare-and-set on the connection that holds the follower's lock, so that a
stalled owner can't move one that its successor has moved. Rows that have to be committed
together with the move join its transaction.
"""

from collections.abc import Mapping, Sequence

from infrastructure.log.reader import HEAD
from infrastructure.postgres.pipeline import (
    BEGIN,
    COMMIT,
    ROLLBACK,
    Command,
    PipelineConnection,
    Rows,
)

UNVERSIONED = ""
"""The version of a checkpoint that nothing but its position belongs to: begun at 0 if missing."""

ADD = """
INSERT INTO checkpoints (follower, name, version, position) SELECT $1, $2, '', 0
WHERE NOT EXISTS (SELECT FROM checkpoints WHERE follower = $1 AND name = $2)
ON CONFLICT DO NOTHING
"""

LOAD = f"""
SELECT name, version, position, ({HEAD}) FROM checkpoints WHERE follower = $1
"""

MOVE = """
UPDATE checkpoints SET position = greatest(position, $5::bigint)
WHERE follower = $1 AND name = $2 AND version = $3 AND position = $4::bigint RETURNING name
"""


class Moved(Exception):
    """A checkpoint is no longer where it was left: another process moved it, or began it anew."""


class Checkpoints:
    """A follower's checkpoints by name. Those of another version than in `versions` belong to
    another program, and are left alone. Methods raise psycopg.Error."""

    move_sql = MOVE
    """Replaced by the mutants of the tests."""

    def __init__(self, connection: PipelineConnection, follower: str, versions: Mapping[str, str]):
        self._connection = connection
        self._follower = follower
        self._versions = versions
        self._positions: dict[str, int] = {}
        self.head = 0
        """The log's head when the checkpoints were loaded."""

    async def begin(self) -> None:
        """Add the unversioned checkpoints that are missing, at 0."""
        names = [name for name, version in self._versions.items() if version == UNVERSIONED]
        if names:
            await self._connection.run([(ADD, self._key(name)) for name in names])

    async def load(self) -> None:
        """Read the checkpoints, and the log's head."""
        (rows,) = await self._connection.run([(LOAD, (self._follower.encode(),))])
        found = {_text(name): (_text(version), int(at or 0)) for name, version, at, _ in rows}
        self.head = int(rows[0][3] or 0) if rows else 0
        self._positions = {
            name: found[name][1]
            for name, version in self._versions.items()
            if name in found and found[name][0] == version
        }

    @property
    def positions(self) -> Mapping[str, int]:
        return self._positions

    @property
    def first(self) -> int | None:
        """The position after which some checkpoint lacks events; None if there is no checkpoint."""
        return min(self._positions.values(), default=None)

    @property
    def lag(self) -> int:
        """Events after the first checkpoint, by the head that was loaded."""
        return max(self.head - (self.first or 0), 0)

    @property
    def are_complete(self) -> bool:
        """False if a checkpoint is missing or of another version."""
        return len(self._positions) == len(self._versions)

    async def move(self, upto: int) -> None:
        """Move those that are behind a position there, in a transaction of their own."""
        names = [name for name, position in self._positions.items() if position < upto]
        await self.move_with(names, upto, [])
        await self._connection.run([COMMIT])
        self.moved(names, upto)

    async def move_with(
        self, names: Sequence[str], upto: int, commands: Sequence[Command]
    ) -> list[Rows]:
        """Begin a transaction, move the named checkpoints in it, and run commands after that; their
        rows. The transaction stays open, with the checkpoints' rows locked; after the commit, the
        caller calls `moved`. Raises Moved, with the transaction rolled back."""
        moves = [(self.move_sql, self._move(name, upto)) for name in names]
        _, *found = await self._connection.run([BEGIN, *moves, *commands])
        for name, rows in zip(names, found, strict=False):
            if not rows:
                await self._connection.run([ROLLBACK])
                raise Moved(name)
        return found[len(names) :]

    def moved(self, names: Sequence[str], upto: int) -> None:
        """The transaction that moved them was committed."""
        for name in names:
            self._positions[name] = max(self._positions[name], upto)

    def _move(self, name: str, upto: int) -> tuple[bytes, ...]:
        version, position = self._versions[name].encode(), b"%d" % self._positions[name]
        return *self._key(name), version, position, b"%d" % upto

    def _key(self, name: str) -> tuple[bytes, bytes]:
        return self._follower.encode(), name.encode()


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
