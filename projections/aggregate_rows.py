"""Read models with one row for each aggregate, as the aggregate is now."""

from collections.abc import Callable, Iterator
from typing import Any

from application.entity import Entity
from projections.read_model import Put, ReadModel, Step, columns_of


def aggregate_rows(
    name: str,
    kind: str,
    columns: type,
    row_of: Callable[[Entity[Any]], Any],
    *indexes: str,
    removable: bool = False,
) -> ReadModel:
    """A read model whose columns are the fields of a NamedTuple, `id` among them. A `removable`
    aggregate has no row once its state is `removed`."""

    def project(step: Step) -> Iterator[Put]:
        gone = removable and step.after.state.removed
        rows = () if gone else ({"tenant": step.tenant} | row_of(step.after)._asdict(),)
        yield Put((step.tenant, step.after.id), rows, fresh=step.before is None)

    return ReadModel(
        name=name,
        kinds=frozenset({kind}),
        columns=columns_of(columns),
        key=("tenant", "id"),
        project=project,
        indexes=indexes,
    )
