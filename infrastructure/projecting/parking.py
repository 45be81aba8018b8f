"""Parked streams: those that a read model's projector can't follow any further."""

from collections.abc import Iterable
from dataclasses import dataclass

from infrastructure.postgres.pipeline import Command

PARK = "INSERT INTO parked_streams VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"

PARKED = (
    "SELECT read_model, stream FROM parked_streams "
    "WHERE stream = ANY(SELECT json_array_elements_text($1::json))"
)
"""The streams of a JSON array of names that are parked in any read model."""

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that is parked in a read model, since which position, and why."""

    read_model: str
    stream: str
    position: int
    reason: str


def park(parked: Iterable[Parked]) -> list[Command]:
    """The commands that park streams; one that is parked already keeps its first position."""
    return [
        (PARK, (p.read_model.encode(), p.stream.encode(), b"%d" % p.position, _reason(p.reason)))
        for p in parked
    ]


def _reason(reason: str) -> bytes:
    """A reason that the database can store, whatever the data: one line, and not too long."""
    line = " ".join(reason.replace("\0", "").split())
    return line[:LONGEST_REASON].encode("utf-8", "replace")
