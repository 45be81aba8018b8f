"""The interactions of a site as its list shows them: what is sorted, filtered and searched.

A row is what one reader may see: a record with restricted tags has two, one for readers who opened
all of its tags and one for the others, so that whatever is asked of a row gives away nothing that
its readers can't see. Texts stand folded in one column, because one index then finds them all.

There are two tables of these rows, both behind the append. Of `site_list`, which is waited for,
the append was a tenth slower. `site_search` carries the trigram index, which costs ten times what
the row does, and follows at leisure; a search takes from it what it has and looks at the rest
itself.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from pydantic_core import from_json

from domain.interaction import Interaction
from projections.case_folding import fold_all
from projections.read_model import Put, ReadModel, Row, Step
from projections.sites.fields import SiteFields, fields_of
from projections.timeline.document import document, redacted_document

TEXTS = ("title", "type", "lead", "timezone", "location", "description", "notes")
"""The text fields, in the order in which they stand in the column `texts`."""

_texts_of = attrgetter(*TEXTS)


JOINT = "\u01a2"
"""Stands for the spaces in `site_search`, and in no folded text. A trigram index takes words apart
and doesn't know which are neighbours: of two that are frequent apart and rare side by side, it
would find every record that has both."""


def project(step: Step) -> Iterator[Put]:
    entity = step.after
    key = (step.tenant, entity.id)
    if entity.state.deleted:
        yield Put(key, ())
    else:
        yield Put(key, tuple(_rows(step)), fresh=step.before is None)


def project_joined(step: Step) -> Iterator[Put]:
    for put in project(step):
        rows = tuple({**row, "texts": joined(str(row["texts"]))} for row in put.rows)
        yield put._replace(rows=rows)


def joined(folded: str) -> str:
    """A folded text, or a pattern made of one, as it stands in `site_search`."""
    return folded.replace(" ", JOINT)


def _rows(step: Step) -> Iterator[Row]:
    entity = step.after
    state: Interaction = entity.state
    restricted = state.record.labels.restricted
    yield _row(step, document(entity), restricted, redacted=False)
    if restricted:
        yield _row(step, redacted_document(entity), restricted, redacted=True)


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


def texts(fields: SiteFields) -> str:
    """Every text of the record, folded."""
    return fold_all([text or "" for text in _texts_of(fields)])


COLUMNS = {
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
}

SITE_LIST = ReadModel(
    name="site_list",
    kinds=frozenset({Interaction.kind}),
    columns=COLUMNS,
    key=("tenant", "id"),
    plain=("texts",),
    project=project,
    indexes=(
        "UNIQUE (id, tenant, redacted)",
        # Finds and counts what neither looks into texts nor sorts by anything else.
        "(tenant, at DESC, number DESC) INCLUDE (type, id) WHERE NOT redacted",
    ),
    with_append=False,
    version=2,  # with 1, it was written with the append
)

SITE_SEARCH = ReadModel(
    name="site_search",
    kinds=frozenset({Interaction.kind}),
    columns=COLUMNS,
    key=("tenant", "id"),
    project=project_joined,
    indexes=(
        "UNIQUE (id, tenant, redacted)",
        "USING gin (tenant, texts gin_trgm_ops)",
    ),
    extensions=("pg_trgm", "btree_gin"),
    with_append=False,
    at_leisure=True,
    version=2,  # with 1, the words stood apart
)
