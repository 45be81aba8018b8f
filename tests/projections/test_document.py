"""A document has the request's keys and its author, and no keys of what wasn't recorded."""

from pydantic_core import from_json

from domain.kinds import Kind
from domain.record import Record, When
from projections.timeline.document import document
from tests.api.ledger_documents import entity_of
from tests.domain.samples import NOW

ALWAYS = [
    "id",
    "number",
    "contactId",
    "interactionType",
    "date",
    "duration",
    "location",
    "medium",
    "topicsDiscussed",
    "notes",
    "sentiment",
    "followUpNeeded",
    "followUpNotes",
    "createdAt",
    "updatedAt",
    "createdBy",
    "contract",
]


def test_an_empty_record_shows_the_requests_keys_and_its_author():
    shown = from_json(document(entity_of(Record(kind=Kind.CALL, when=When(at=NOW)))))
    assert list(shown) == ALWAYS
