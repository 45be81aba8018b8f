"""The timeline: every interaction under each contact it concerns, newest first.

One row per interaction and contact. Exactly one of them is the `main` row, under the interaction's
own contact or under none; the others are those of participants who are contacts themselves, and
have nothing but keys and numbers: an interaction has a thousand participants, and one content.
Of a record with restricted tags, `seconds`, `search` and `redacted` are those of the redacted view;
`hidden` has all of its texts, and the main row's `sentiment` is for readers who opened the tags.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter

from domain.interaction import Interaction
from domain.record import Record
from domain.redaction import redacted
from projections.read_model import ROW, Put, ReadModel, Row, Step
from projections.timeline.document import document, redacted_document
from projections.timeline.shape import searched_paths, word

OF_PARTICIPANTS = ("tenant", "id", "number", "at", "kind", "planned", "seconds", "position")
"""The columns of the main row that the other rows have too."""

COPIES = 5
"""Of a record's content: its document, its search text, both again if it is restricted, and the
answer that is kept with a key."""


def current(rows: Callable[[Step], Iterator[Row]]) -> Callable[[Step], Iterator[Put]]:
    """A projector that keeps the rows of each interaction, and none of a deleted one."""

    def project(step: Step) -> Iterator[Put]:
        deleted = step.after.state.deleted
        shown = () if deleted else tuple(rows(step))
        tenant, _, identity = step.recorded.stream
        yield Put((tenant, identity), shown, fresh=step.before is None and not deleted)

    return project


def _rows(step: Step) -> Iterator[Row]:
    entity = step.after
    tenant, _, identity = entity.stream
    state: Interaction = entity.state
    record = state.record
    restricted = record.labels.restricted
    view = redacted(record) if restricted else record
    row = {
        "tenant": tenant,
        "id": identity,
        "contact_id": state.contact_id,
        "main": True,
        "number": state.number,
        "at": record.when.at,
        "kind": word(record.kind),
        "sentiment": word(record.said.sentiment),
        "planned": record.when.at > entity.changed.time,
        "seconds": view.when.seconds,
        "tags": record.labels.tags,
        "people": tuple(people(record)) if record.people.participants else (),
        "search": searchable(view),
        "hidden": searchable(record) if restricted else None,
        "restricted": restricted,
        "position": entity.position,
        "document": document(entity),
        "redacted": redacted_document(entity) if restricted else None,
    }
    yield row
    if record.people.participants:
        entry = {name: row[name] for name in OF_PARTICIPANTS}
        entry |= {"main": False, "sentiment": word(view.said.sentiment)}
        for contact_id in sorted(state.contacts - {state.contact_id}, key=str):
            yield entry | {"contact_id": contact_id}


def _size(before: Interaction | None, after: Interaction, content: int) -> int:
    """The content with its copies, and a row for each participant, old or new. The restricted tags
    count for each participant, as in the former entries: what could be written can be deleted."""
    if after.deleted:
        return ROW
    participants = len(after.record.people.participants)
    replaced = len(before.record.people.participants) if before else 0
    tags = sum(len(tag.encode()) for tag in after.record.labels.restricted)
    return COPIES * content + ROW * (1 + participants + replaced) + tags * participants


def people(record: Record) -> Iterator[str]:
    """The names and addresses of the participants, in lower case."""
    for someone in record.people.participants:
        if someone.name:
            yield someone.name.lower()
        if someone.email:
            yield someone.email.lower()


_texts = attrgetter(*searched_paths())


def searchable(record: Record) -> str:
    """Every text of the record, in lower case, a line each."""
    lines: list[str] = []
    for text in _texts(record):
        if isinstance(text, str):
            lines.append(text)
        elif text:
            lines += text
    lines += people(record)
    return "\n".join(filter(None, lines)).lower()


TIMELINE = ReadModel(
    name="timeline",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "contact_id": "uuid",
        "main": "boolean NOT NULL",
        "number": "bigint NOT NULL",
        "at": "timestamptz NOT NULL",
        "kind": "text NOT NULL",
        "sentiment": "text",
        "planned": "boolean NOT NULL",
        "seconds": "bigint",
        "tags": "text[]",
        "people": "text[]",
        "search": "text",
        "hidden": "text",
        "restricted": "text[]",
        "position": "bigint NOT NULL",
        "document": "text",
        "redacted": "text",
    },
    key=("tenant", "id"),
    unique=False,
    # Compression took half of the time that PostgreSQL spent on an imported mail, and made the
    # table a fifth smaller.
    plain=("document", "redacted", "search", "hidden"),
    project=current(_rows),
    size=_size,
    indexes=(
        "UNIQUE (id, tenant, contact_id) NULLS NOT DISTINCT",
        "UNIQUE (tenant, number) WHERE main",
        "(contact_id, at DESC, id DESC, tenant)",
        "(tenant, at DESC, id DESC) WHERE main",
        "(tenant, at) WHERE planned AND main",
    ),
    version=2,  # with 1, each row had the content
)
