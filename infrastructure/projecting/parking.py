"""Parked streams: those that a read model's projector can't follow any further."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from infrastructure.postgres.pipeline import Command, Rows

PARK = "INSERT INTO parked_streams VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"

PARKED = (
    "SELECT read_model, stream FROM parked_streams "
    "WHERE stream = ANY(SELECT json_array_elements_text($1::json))"
)

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that is parked in a read model, since which position, and why."""

    read_model: str
    stream: str
    position: int
    reason: str


def parked_command(streams: Sequence[str]) -> Command:
    """The command that reads which of the streams are parked in any read model."""
    return PARKED, (to_json(streams),)


def parked_of(rows: Rows) -> set[tuple[str, str]]:
    """Pairs of read model and stream."""
    return {((name or b"").decode(), (stream or b"").decode()) for name, stream in rows}


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
