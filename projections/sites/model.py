"""The interactions of a site, as its list sorts, filters and searches them.

A record with restricted tags has two rows, one for readers who opened all of its tags and one for
the others: no query of a row tells its readers what they may not see. All texts are folded in one
column, so that one index finds them.

Two tables have these rows, both written behind the append: `site_list` made an append a tenth
slower. Queries wait for it. `site_search` has the trigram index, which costs ten times as much as
the row, and falls behind in a rush; a search looks up in `site_list` whatever isn't indexed yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from pydantic_core import from_json

from domain.interaction import Interaction
from projections.case_folding import fold_all
from projections.read_model import ReadModel, Row, Step
from projections.sites.fields import InteractionFields, fields_of
from projections.timeline.document import document, redacted_document
from projections.timeline.model import current

TEXTS = ("title", "type", "lead", "timezone", "location", "description", "notes")
"""The text fields, in their order in the column `texts`."""

_texts_of = attrgetter(*TEXTS)

JOINT = "\u01a2"
"""Replaces the spaces in `site_search`; no folded text has one. A trigram index doesn't know which
words are neighbours: for two that are frequent apart and rare side by side, it would return every
record with both."""


def joined(folded: str) -> str:
    """A folded text, or its pattern, in the form of `site_search`."""
    return folded.replace(" ", JOINT)


def _rows(step: Step) -> Iterator[Row]:
    entity = step.after
    state: Interaction = entity.state
    restricted = state.record.labels.restricted
    yield _row(step, document(entity), restricted, redacted=False)
    if restricted:
        yield _row(step, redacted_document(entity), restricted, redacted=True)


def _joined_rows(step: Step) -> Iterator[Row]:
    for row in _rows(step):
        yield {**row, "texts": joined(str(row["texts"]))}


def _row(step: Step, shown: str, restricted: Sequence[str], *, redacted: bool) -> Row:
    fields = fields_of(from_json(shown))
    return {
        "tenant": step.tenant,
        "id": step.after.id,
        "redacted": redacted,
        "restricted": restricted,
        "number": fields.id,
        "at": fields.start_datetime,
        "ends_at": fields.end_datetime,
        "type": fields.type,
        "created_by": fields.created_by,
        "created_at": fields.created_at,
        "updated_by": fields.updated_by,
        "updated_at": fields.updated_at,
        "texts": texts(fields),
    }


def texts(fields: InteractionFields) -> str:
    """Every text of the record, folded."""
    return fold_all([text or "" for text in _texts_of(fields)])


SITE_LIST = ReadModel(
    name="site_list",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "redacted": "boolean NOT NULL",
        "restricted": "text[] NOT NULL",
        "number": "bigint NOT NULL",
        "at": "timestamptz NOT NULL",
        "ends_at": "timestamptz",
        "type": "text NOT NULL",
        "created_by": "bigint NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "updated_by": "bigint",
        "updated_at": "timestamptz",
        "texts": 'text COLLATE "C" NOT NULL',
    },
    key=("tenant", "id"),
    unique=False,
    plain=("texts",),
    project=current(_rows),
    indexes=(
        "UNIQUE (id, tenant, redacted)",
        # For lists and counts by type and time.
        "(tenant, at DESC, number DESC) INCLUDE (type, id) WHERE NOT redacted",
    ),
    with_append=False,
    version=2,  # with 1, it was written with the append
)

SITE_SEARCH = replace(
    SITE_LIST,
    name="site_search",
    plain=(),
    project=current(_joined_rows),
    indexes=(
        "UNIQUE (id, tenant, redacted)",
        "USING gin (tenant, texts gin_trgm_ops)",
    ),
    extensions=("pg_trgm", "btree_gin"),
    throttled=True,
    version=2,  # with 1, the words stood apart
)
