"""The ledger's own document of an interaction: JSON as the native contract answers it.

The other contracts read this document too, and put it into their own words. Its fields are
declared in `shape`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from application.entity import Entity
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.record import Record
from domain.redaction import is_hidden, redacted
from projections.timeline.field import Field
from projections.timeline.shape import FIELDS

Writer = Callable[..., dict[str, Any]]

BEGINNING = (
    "state, created, changed = entity.state, entity.created, entity.changed",
    "record = state.record",
    *(f"{part} = record.{part}" for part in Record.model_fields),
)


def writer(fields: Sequence[Field]) -> Writer:
    """A function `(entity, redacted=None)` that makes a document with these fields.

    Its code is generated, as that of a dataclass is: every append writes a document, and a loop
    over the fields takes half as long again.
    """
    names: dict[str, Any] = {}

    def called(function: Callable[[Any], object], argument: str) -> str:
        name = f"function{len(names)}"
        names[name] = function
        return f"{name}({argument})"

    def value(field: Field) -> str:
        return field.source if isinstance(field.source, str) else called(field.source, "entity")

    def shown(field: Field, value: str) -> str:
        return value if field.show is None else called(field.show, value)

    lines = [*BEGINNING, "document = {}"]
    for field in fields:
        put = f"document[{field.key!r}] = "
        if field.always:
            lines.append(put + shown(field, value(field)))
        else:
            given = "" if field.is_empty_by_default else " is not None"
            lines.append(f"if (value := {value(field)}){given}: {put}{shown(field, 'value')}")
    body = "\n ".join((*lines, "return document"))
    exec(f"def write(entity, redacted=None):\n {body}", names)  # noqa: S102 - of declarations
    made: Writer = names["write"]
    return made


_write = writer(FIELDS)


def document(entity: Entity[Interaction]) -> str:
    """The document, made once per entity."""
    if entity.document is None:
        entity.document = to_json(_write(entity)).decode()
    return entity.document


def kind_of(document: Mapping[str, Any]) -> Kind:
    """The kind, which a document names beside a native word that is another kind's."""
    return Kind(document.get("kind") or document["interactionType"])


def redacted_document(entity: Entity[Interaction]) -> str:
    """The document as it is shown without the record's restricted tags."""
    state = replace(entity.state, record=redacted(entity.state.record))
    return to_json(_write(replace(entity, state=state), redacted=True)).decode()


def document_for(entity: Entity[Interaction], open_tags: Collection[str]) -> str:
    """The document as it is shown to a reader who opened these restricted tags."""
    if is_hidden(entity.state.record, open_tags):
        return redacted_document(entity)
    return document(entity)
