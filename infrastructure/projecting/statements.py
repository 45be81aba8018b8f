"""The SQL of a read model: its table, and what its projector's changes become.

All rows of a statement travel as one JSON parameter, which costs a fraction of binding them one by
one. A table name is a parameter everywhere, because a rebuild writes into a shadow table.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property

from pydantic_core import to_json

from projections.model import Add, Put, ReadModel

Statement = tuple[str, tuple[bytes]]


class Table:
    """The statements of one read model for one table."""

    def __init__(self, model: ReadModel, name: str | None = None):
        self.model = model
        self.name = name or model.name
        self._types = {column: sql.split()[0] for column, sql in model.columns.items()}

    @cached_property
    def create(self) -> list[str]:
        model = self.model
        columns = [f'"{name}" {sql}' for name, sql in model.columns.items()]
        if model.primary_key:
            columns.append(f"PRIMARY KEY ({', '.join(model.primary_key)})")
        statements = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in model.extensions]
        statements.append(f"CREATE TABLE {self.name} ({', '.join(columns)})")
        for index in model.indexes:
            unique = "UNIQUE " if index.startswith("UNIQUE ") else ""
            definition = index.removeprefix("UNIQUE ")
            statements.append(f"CREATE {unique}INDEX ON {self.name} {definition}")
        return statements

    @cached_property
    def _insert(self) -> str:
        columns = ", ".join(self._types)
        source = ", ".join(f"{name} {sql}" for name, sql in self._types.items())
        sql = (
            f"INSERT INTO {self.name} AS t ({columns}) "
            f"SELECT {columns} FROM json_to_recordset($1::json) AS r({source})"
        )
        if self.model.sums:
            added = ", ".join(f"{sum_} = t.{sum_} + excluded.{sum_}" for sum_ in self.model.sums)
            sql += f" ON CONFLICT ({', '.join(self.model.key)}) DO UPDATE SET {added}"
        return sql

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

    def statements(self, changes: Sequence[Put | Add]) -> list[Statement]:
        """What to execute, in order, for the changes of some steps in their order."""
        if not changes:
            return []
        return self._added(changes) if self.model.sums else self._put(changes)

    def _put(self, changes: Sequence[Put | Add]) -> list[Statement]:
        last: dict[tuple[object, ...], Put] = {}
        stale = set()
        for change in changes:
            if change.key not in last and not change.fresh:
                stale.add(change.key)
            last[change.key] = change
        statements: list[Statement] = []
        if stale:
            statements.append((self._delete, (self._keys(stale),)))
        rows = [row for change in last.values() for row in change.rows]
        if rows:
            statements.append((self._insert, (to_json(rows),)))
        return statements

    def _added(self, changes: Sequence[Put | Add]) -> list[Statement]:
        totals: dict[tuple[object, ...], list[int]] = {}
        lowered = set()
        for change in changes:
            total = totals.setdefault(change.key, [0] * len(self.model.sums))
            for index, amount in enumerate(change.amounts):
                total[index] += amount
            if min(change.amounts) < 0:
                lowered.add(change.key)
        names = (*self.model.key, *self.model.sums)
        # In the order of their keys, so that two writers can't wait for each other.
        rows = [
            dict(zip(names, (*key, *total), strict=True))
            for key, total in sorted(totals.items(), key=lambda item: str(item[0]))
            if any(total)
        ]
        statements: list[Statement] = []
        if rows:
            statements.append((self._insert, (to_json(rows),)))
        if lowered:
            statements.append((self._delete, (self._keys(lowered),)))
        return statements


def version(model: ReadModel) -> str:
    """Changes when the table or the declared version does: then the read model is made anew."""
    declared = repr((model.version, Table(model).create))
    return hashlib.sha256(declared.encode()).hexdigest()[:16]
