"""The SQL of a read model: its table, and the statements of its projector's changes.

All rows of a statement are one JSON parameter, or one array a column where there are only sums:
either costs a fraction of binding each value. The table's name is variable: a rebuild writes into a
shadow table.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import add

from pydantic_core import to_json

from infrastructure.postgres.pipeline import Command
from projections.read_model import Add, Put, ReadModel


class Table:
    """The statements of one read model for one table."""

    def __init__(self, model: ReadModel, name: str | None = None):
        self.model = model
        self.name = name or model.name
        self._types = {column: sql.split()[0] for column, sql in model.columns.items()}
        if model.sums and (*model.key, *model.sums) != tuple(model.columns):
            raise ValueError(f"the columns of {model.name} have to be its key, then its sums")

    @cached_property
    def create(self) -> list[str]:
        return [*self.create_bare, *self.create_indexes]

    @cached_property
    def create_bare(self) -> list[str]:
        """The table with its primary key and unique indexes."""
        model = self.model
        columns = [f'"{name}" {sql}' for name, sql in model.columns.items()]
        if model.unique:
            columns.append(f"PRIMARY KEY ({', '.join(model.key)})")
        return [
            *(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in model.extensions),
            f"CREATE TABLE {self.name} ({', '.join(columns)})",
            *(f"ALTER TABLE {self.name} ALTER {name} SET STORAGE EXTERNAL" for name in model.plain),
            *self._indexes(unique=True),
        ]

    @cached_property
    def create_indexes(self) -> list[str]:
        """The indexes that a bulk load makes afterwards."""
        return self._indexes(unique=False)

    def _indexes(self, *, unique: bool) -> list[str]:
        word = "UNIQUE " if unique else ""
        return [
            f"CREATE {word}INDEX ON {self.name} {index.removeprefix('UNIQUE ')}"
            for index in self.model.indexes
            if index.startswith("UNIQUE ") == unique
        ]

    @cached_property
    def _insert(self) -> str:
        source = ", ".join(f"{name} {sql}" for name, sql in self._types.items())
        return self._insert_from(f"json_to_recordset($1::json) AS r({source})")

    @cached_property
    def _add(self) -> str:
        types = enumerate(self._types.values(), 1)
        arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in types)
        added = ", ".join(f"{sum_} = t.{sum_} + excluded.{sum_}" for sum_ in self.model.sums)
        return (
            self._insert_from(f"unnest({arrays}) AS r({', '.join(self._types)})")
            + f" ON CONFLICT ({', '.join(self.model.key)}) DO UPDATE SET {added}"
        )

    def _insert_from(self, source: str) -> str:
        columns = ", ".join(self._types)
        return f"INSERT INTO {self.name} AS t ({columns}) SELECT {columns} FROM {source}"

    @cached_property
    def _delete(self) -> str:
        source = ", ".join(f"{name} {self._types[name]}" for name in self.model.key)
        match = " AND ".join(f"t.{name} = k.{name}" for name in self.model.key)
        empty = "".join(f" AND t.{sum_} = 0" for sum_ in self.model.sums)
        return (
            f"DELETE FROM {self.name} t USING json_to_recordset($1::json) AS k({source}) "
            f"WHERE {match}{empty}"
        )

    def _keys(self, keys: Iterable[tuple[object, ...]]) -> bytes:
        return to_json([dict(zip(self.model.key, key, strict=True)) for key in keys])

    def statements(self, changes: Sequence[Put | Add]) -> list[Command]:
        """The statements that carry out the changes, in order."""
        if not changes:
            return []
        puts = [change for change in changes if isinstance(change, Put)]
        adds = [change for change in changes if isinstance(change, Add)]
        if (puts and self.model.sums) or (adds and not self.model.sums):
            raise TypeError(f"{self.model.name} takes Adds if it has sums, and Puts if it has none")
        return self._added(adds) if self.model.sums else self._put(puts)

    def _put(self, changes: Sequence[Put]) -> list[Command]:
        last: dict[tuple[object, ...], Put] = {}
        stale = set()
        for change in changes:
            if change.key not in last and not change.fresh:
                stale.add(change.key)
            last[change.key] = change
        statements: list[Command] = []
        if stale:
            statements.append((self._delete, (self._keys(stale),)))
        rows = [row for change in last.values() for row in change.rows]
        if rows:
            statements.append((self._insert, (to_json(rows),)))
        return statements

    def _added(self, changes: Sequence[Add]) -> list[Command]:
        totals: dict[tuple[object, ...], Sequence[int]] = {}
        lowered = set()
        for key, amounts in changes:
            if (known := totals.get(key)) is None:
                totals[key] = amounts
            else:
                totals[key] = tuple(map(add, known, amounts))
            if min(amounts) < 0:
                lowered.add(key)
        rows = [(*key, *total) for key, total in totals.items() if any(total)]
        statements: list[Command] = []
        if rows:
            # As the columns are declared: the key's, then the sums.
            statements.append((self._add, tuple(map(array, zip(*rows, strict=True)))))
        if lowered:
            statements.append((self._delete, (self._keys(lowered),)))
        return statements


def version(model: ReadModel) -> str:
    """A hash of the table's definition and the declared version; a new one means a rebuild."""
    declared = repr((model.version, Table(model).create))
    return hashlib.sha256(declared.encode()).hexdigest()[:16]


def array(values: Sequence[object]) -> bytes:
    """Numbers, texts, UUIDs, dates and None as one array literal.

    JSON spells such values as an array literal does, but for the brackets and for escapes.
    """
    spelt = to_json(values)
    if b"\\" in spelt:
        spelt = b"[" + b",".join(map(_element, values)) + b"]"
    return b"{" + spelt[1:-1] + b"}"


def _element(value: object) -> bytes:
    if not isinstance(value, str):
        return to_json(value)
    return ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"').encode()
