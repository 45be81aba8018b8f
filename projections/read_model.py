"""What a read model is: a table, a projector, and when it runs.

A projector is a pure function from one step of the log to changes of rows. It doesn't know when it
runs: with the append, behind it, or in a rebuild. A read model can be thrown away at any time; a
new `version` makes kith rebuild it at the next start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from application.entity import Entity, Recorded

Row = Mapping[str, object]


class Step(NamedTuple):
    """One event, with the entity before and after it."""

    recorded: Recorded
    before: Entity | None
    after: Entity

    @property
    def tenant(self) -> str:
        return self.recorded.stream.tenant


class Put(NamedTuple):
    """From now on, these rows and no others stand under the key. `fresh` promises that none did."""

    key: tuple[object, ...]
    rows: tuple[Row, ...]
    fresh: bool = False


class Add(NamedTuple):
    """Add the amounts to the sums of the row under the key."""

    key: tuple[object, ...]
    amounts: tuple[int, ...]


Projector = Callable[[Step], Iterable[Put | Add]]


@dataclass(frozen=True)
class ReadModel:
    """`columns` are names and SQL types; `key` is what a Put replaces or an Add adds to.

    `primary_key` is none by default: then a unique index finds the rows. `indexes` are SQL after
    `CREATE … INDEX ON table`, such as `UNIQUE (tenant, number)` or `(tenant, at DESC) WHERE main`.
    `sums` are the columns an Add adds to. `kinds` are the kinds of streams it follows. With the
    append: in the same transaction; else behind it, and `at_leisure` where queries can do without
    what it hasn't seen yet. `plain` are columns of texts that are often long and are not
    compressed: that costs more than it saves.
    """

    name: str
    kinds: frozenset[str]
    columns: Mapping[str, str]
    key: tuple[str, ...]
    project: Projector
    primary_key: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    with_append: bool = True
    at_leisure: bool = False
    version: int = 1
    extensions: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
