"""The five contracts' words for one record, as functions: what they write, show and change.

What is between a body and a record, and between a record's document and an answer, is pure; here it
is called without HTTP, thousands of times a second.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic_core import from_json

from api.contracts.clients import schemas as clients
from api.contracts.clients import shown as clients_shown
from api.contracts.clients import words as clients_words
from api.contracts.rapport.documents import interaction_read
from api.contracts.rapport.mediums import kind_of, medium_of
from api.contracts.rapport.schemas import CompleteInteraction
from api.contracts.relationships import interaction_schemas as relationships
from api.contracts.relationships import types as relationships_types
from api.contracts.sites import schemas as sites
from api.contracts.tracking.interaction_schemas import InteractionChanges, NewInteraction
from domain.amendment import amended
from domain.kinds import Kind
from domain.record import Record
from projections.sites import fields as site_fields
from projections.timeline.document import document
from projections.timeline.shape import NATIVE_WORDS, NativeWord
from tests.api.ledger_documents import ANN, entity_of
from tests.domain.samples import NOW

Json = dict[str, Any]
text = st.none() | st.text(max_size=20)
line = text
some_name = st.text(min_size=1, max_size=20).filter(str.strip)
AT = "2023-08-15T14:00:00Z"
WHEN = {"when.at", "when.endsAt", "when.written", "when.wholeDay"}
KIND = {"kind", "word"}


@dataclass(frozen=True)
class Mapped:
    """`own` are the contract's words for kinds; `changes` the fields that a change may hold, with
    any value, and `carries` which parts of a record each may change."""

    own: Collection[str]
    word: Callable[[Kind], str]
    kind: Callable[[str], Kind]
    write: Callable[[Json], Record]
    show: Callable[[Json], Json]
    change: Callable[[Record, Json], Record] | None = None
    changes: Mapping[str, st.SearchStrategy[Any]] = field(default_factory=dict)
    carries: Mapping[str, set[str]] = field(default_factory=dict)

    def shown(self, record: Record) -> Json:
        return self.show(documented(record))


def documented(record: Record) -> Json:
    found: Json = from_json(document(entity_of(record)))
    return found


TRACKING = Mapped(
    own=get_args(NativeWord),
    word=NATIVE_WORDS.__getitem__,
    kind=Kind,
    write=lambda body: NewInteraction.model_validate(body).record(),
    show=lambda document: document,
    change=lambda record, body: amended(record, InteractionChanges.model_validate(body).fields()),
    changes={
        "interactionType": st.sampled_from(get_args(NativeWord)),
        "date": st.sampled_from([AT, "2023-08-15"]),
        "duration": st.none() | st.integers(1, 500),
        "location": line,
        "medium": line,
        "topicsDiscussed": st.none() | st.lists(st.text(max_size=5), max_size=2),
        "notes": text,
        "sentiment": st.sampled_from([None, "positive", "neutral", "negative"]),
        "followUpNeeded": st.none() | st.booleans(),
        "followUpNotes": text,
        "participants": st.none() | st.lists(st.text(max_size=5), max_size=2),
        "tags": st.none() | st.lists(some_name, max_size=2),
    },
    carries={
        "interactionType": KIND,
        "date": WHEN,
        "duration": {"when.duration", "when.endsAt"},
        "location": {"place.location"},
        "medium": {"place.medium"},
        "topicsDiscussed": {"said.topics"},
        "notes": {"said.notes"},
        "sentiment": {"said.sentiment"},
        "followUpNeeded": {"followUp.needed"},
        "followUpNotes": {"followUp.notes"},
        "participants": {"people.participants"},
        "tags": {"labels.tags"},
    },
)
RAPPORT = Mapped(
    own=[medium_of(kind) for kind in Kind],
    word=medium_of,
    kind=kind_of,
    write=lambda body: CompleteInteraction.model_validate(body).record(),
    show=lambda document: interaction_read(document, ANN),
)
SITES = Mapped(
    own=site_fields.TYPES,
    word=site_fields.NEAREST.__getitem__,
    kind=site_fields.KINDS.__getitem__,
    write=lambda body: sites.NewInteraction.model_validate(body).record(),
    show=lambda document: vars(site_fields.fields_of(document)),
    change=lambda record, body: amended(
        record, sites.InteractionChanges.model_validate(body).fields(documented(record))
    ),
    changes={
        "title": some_name,
        "type": st.sampled_from(site_fields.TYPES),
        "lead": some_name,
        "start_datetime": st.sampled_from([AT, "2023-08-15"]),
        "timezone": st.sampled_from(["UTC", "Asia/Tokyo"]),
        "end_datetime": st.sampled_from([None, "9999-12-31T23:59:59Z"]),
        "location": line,
        "description": text,
        "notes": text,
    },
    carries={
        "title": {"said.subject"},
        "type": KIND,
        "lead": {"people.lead"},
        "start_datetime": {"when.at", "when.written", "when.wholeDay"},
        "timezone": {"when.zone"},
        "end_datetime": {"when.endsAt", "when.duration"},
        "location": {"place.location"},
        "description": {"said.description"},
        "notes": {"said.notes"},
    },
)
RELATIONSHIPS = Mapped(
    own=get_args(relationships_types.InteractionType),
    word=relationships.TYPES.__getitem__,
    kind=Kind,
    write=lambda body: relationships.ContactInteractionRequest.model_validate(body).record(NOW),
    show=lambda document: relationships.interaction_shown(document, ANN),
)
CLIENTS = Mapped(
    own=get_args(clients_words.InteractionType),
    word=clients_words.NEAREST.__getitem__,
    kind=clients_words.KINDS.__getitem__,
    write=lambda body: clients.NewInteraction.model_validate(body).record(()),
    show=lambda document: clients_shown.interaction(document),
    change=lambda record, body: amended(
        record, clients.InteractionChanges.model_validate(body).fields(documented(record), ("tax",))
    ),
    changes={
        "serviceId": st.integers(1, 2**53 - 1),
        "interactionType": st.sampled_from(get_args(clients_words.InteractionType)),
        "description": text,
        "dateOfInteraction": st.just("2019-05-06"),
        "duration": st.sampled_from([None, "1:00:00"]),
        "location": st.sampled_from([None, "CUOffice", "consulate", "communityEvent"]),
        "customQuestions": st.sampled_from([None, [], [{"questionId": 123, "answer": 6}]]),
    },
    carries={
        "serviceId": {"service.serviceId"},
        "interactionType": KIND,
        "description": {"said.description"},
        "dateOfInteraction": WHEN,
        "duration": {"when.duration", "when.endsAt"},
        "location": {"place.location"},
        "customQuestions": {"service.answers"},
        "?tags=": {"labels.restricted"},
    },
)
MAPPINGS = {
    "tracking": TRACKING,
    "rapport": RAPPORT,
    "sites": SITES,
    "relationships": RELATIONSHIPS,
    "clients": CLIENTS,
}
