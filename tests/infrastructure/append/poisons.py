"""Read models that some names are poison for, and what became of those."""

from collections.abc import Iterator

import psycopg

from domain.streams import StreamName
from projections.read_model import Put, ReadModel, Step


def people(step: Step) -> Iterator[Put]:
    """A name, and a number that some names turn into something else."""
    name = step.after.state.details.name
    number: object = step.after.state.number
    match name:
        case "poison for PostgreSQL":
            number = "not a number"
        case "poison for JSON":
            number = object()
        case "poison for the projector":
            raise ZeroDivisionError("NUL \0 and \ud800 in the reason")
    row = {"id": str(step.after.id), "name": name, "number": number}
    yield Put((str(step.after.id),), (row,), fresh=step.before is None)


def calls(step: Step) -> Iterator[Put]:
    yield Put((str(step.after.id),), ({"id": str(step.after.id)},), fresh=step.before is None)


PEOPLE = ReadModel(
    name="people",
    kinds=frozenset({"contact"}),
    columns={"id": "text NOT NULL", "name": "text NOT NULL", "number": "bigint NOT NULL"},
    key=("id",),
    project=people,
)
NAMES = ReadModel(
    name="names",
    kinds=frozenset({"contact"}),
    columns={"id": "text NOT NULL"},
    key=("id",),
    project=calls,
)
CALLS = ReadModel(
    name="calls",
    kinds=frozenset({"interaction"}),
    columns={"id": "text NOT NULL"},
    key=("id",),
    project=calls,
)
MODELS = (PEOPLE, NAMES, CALLS)
POISONS = ["poison for PostgreSQL", "poison for JSON", "poison for the projector", "NUL \0 in it"]


def rows(ledger: str, table: str) -> set[str]:
    with psycopg.connect(ledger) as connection:
        return {row[0] for row in connection.execute(f"SELECT id FROM {table}")}


def parked(ledger: str, name: StreamName) -> dict[str, int]:
    """By read model, the position since which the stream is parked there."""
    with psycopg.connect(ledger) as connection:
        found = connection.execute(
            "SELECT read_model, position FROM parked_streams WHERE stream = %s", (str(name),)
        )
        return dict(found.fetchall())
