"""How far each topic has been sent and acknowledged, as positions in the log.

They move by compare-and-set on the connection that holds the relay's lock, so that a stalled owner
can't move them as a second one. What its producer still holds they can't stop. A topic that is
new, or whose checkpoint somebody has set back, is caught up with by itself: what another topic has
already isn't sent there again.
"""

from collections.abc import Mapping
from typing import Any

import psycopg

from infrastructure.relay.broker import TOPICS

ADD = """
INSERT INTO relay_checkpoints (topic, checkpoint) SELECT unnest(%s::text[]), 0
ON CONFLICT DO NOTHING
"""

MOVE = """
UPDATE relay_checkpoints r SET checkpoint = greatest(r.checkpoint, %s)
FROM unnest(%s::text[], %s::bigint[]) AS known (topic, checkpoint)
WHERE r.topic = known.topic AND r.checkpoint = known.checkpoint
"""


class Moved(Exception):
    """Somebody else moved a checkpoint."""


class Checkpoints:
    """On somebody else's connection."""

    def __init__(self, connection: psycopg.Connection[Any]):
        """Raises psycopg.Error."""
        self._connection = connection
        connection.execute(ADD, (list(TOPICS),))
        rows = connection.execute(
            "SELECT topic, checkpoint FROM relay_checkpoints WHERE topic = ANY(%s)", (list(TOPICS),)
        )
        self._known: Mapping[str, int] = dict(rows.fetchall())

    def of(self, topic: str) -> int:
        return self._known[topic]

    @property
    def first(self) -> int:
        """From here on, some topic lacks events."""
        return min(self._known.values())

    def move(self, position: int) -> None:
        """All topics have been sent up to there. Raises Moved, psycopg.Error."""
        topics, positions = list(self._known), list(self._known.values())
        moved = self._connection.execute(MOVE, (position, topics, positions))
        if moved.rowcount != len(topics):
            raise Moved(f"the checkpoints are no longer {dict(self._known)}")
        self._known = {topic: max(old, position) for topic, old in self._known.items()}
