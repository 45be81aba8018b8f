"""A read model: a table, a projector, and when the projector runs.

A projector is a pure function from one step of the log to changes of rows. The same projector runs
with the append, behind the append, and in a rebuild. A read model can be thrown away at any time; a
new `version` makes kith rebuild it at the next start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

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


ROW = 500
"""Bytes that stand for a row: its keys, and its places in the indexes."""


def row_size(_before: object, _after: object, content: int) -> int:
    """The size of one row that has the content twice, such as once for reading and once for
    searching."""
    return ROW + 2 * content


class Put(NamedTuple):
    """Replace the rows under the key by these. `fresh` promises that there is none yet."""

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
    """`kinds` are the kinds of streams that are projected. `columns` are names and SQL types; `key`
    are the columns by which a Put replaces rows and an Add finds its row; `sums` are those that an
    Add adds to.

    Where several rows have one key, `unique` is False and a unique index finds the rows. `indexes`
    are SQL after `CREATE … INDEX ON table`, such as `UNIQUE (tenant, number)` or
    `(tenant, at DESC) WHERE main`. `plain` are columns of long texts that aren't compressed,
    because that costs more than it saves. `with_append` rows are written in the append's
    transaction, others behind the append; a `throttled` read model falls behind in a rush, and its
    queries read the rest of the log.

    `size` estimates the bytes of the rows that are written when an aggregate goes from one state,
    None before the first, to another, whose content has so many bytes. Appends are bounded by it.
    """

    name: str
    kinds: frozenset[str]
    columns: Mapping[str, str]
    key: tuple[str, ...]
    project: Projector
    unique: bool = True
    indexes: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    with_append: bool = True
    throttled: bool = False
    version: int = 1
    extensions: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    size: Callable[[Any, Any, int], int] = row_size


TYPES = {
    str: "text",
    int: "bigint",
    bool: "boolean",
    UUID: "uuid",
    datetime: "timestamptz",
}


def columns_of(row: type) -> dict[str, str]:
    """The columns of a tenant's rows, of the types that a class declares: `str | None` is `text`,
    `list[UUID]` is `uuid[] NOT NULL`."""
    columns = {name: _sql_type(hint) for name, hint in get_type_hints(row).items()}
    return {"tenant": 'text COLLATE "C" NOT NULL'} | columns


def _sql_type(hint: Any) -> str:
    if get_origin(hint) is UnionType:
        return _sql_type(get_args(hint)[0]).removesuffix(" NOT NULL")
    if get_args(hint):
        return f"{TYPES[get_args(hint)[0]]}[] NOT NULL"
    return f"{TYPES[hint]} NOT NULL"
