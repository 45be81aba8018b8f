"""A field that is added to the record and to the shape is added everywhere, as the docs say.

The models are made when they are imported, so a process of its own adds the field beforehand.
"""

import subprocess
import sys

ADDS_A_FIELD = """
from domain import record

class Said(record.Said):
    shoe_size: record.Line | None = None

class Record(record.Record):
    said: Said = Said()

record.Said, record.Record = Said, Record

from projections.timeline import field, shape

shape.FIELDS = (*shape.FIELDS, field.Field("shoeSize", "said.shoe_size", str | None, searched=True))

from pydantic_core import from_json
from api.contracts.tracking.interaction_schemas import (
    InteractionChanges, InteractionShown, NewInteraction
)
from api.transfer.interaction_line import InteractionLine
from projections.timeline.document import document, redacted_document
from projections.timeline.model import searchable
from tests.api.ledger_documents import entity_of

given = {"contactId": 1, "date": "2026-01-31T09:00:00Z", "shoeSize": "Sunny"}
logged = NewInteraction.model_validate(given).record()
shown = from_json(document(entity_of(logged)))
assert shown["shoeSize"] == "Sunny"
assert "shoeSize" not in from_json(redacted_document(entity_of(logged)))
assert searchable(logged) == "sunny"
assert InteractionLine.model_validate(shown).record() == logged
assert InteractionChanges.model_validate({"shoeSize": None}).fields() == {"said.shoe_size": None}
assert "shoeSize" in InteractionShown.model_json_schema()["properties"]
assert NewInteraction.model_json_schema()["properties"]["shoeSize"]["anyOf"][0]["maxLength"] == 500
"""


def test_an_added_field_is_in_requests_answers_search_and_import_lines():
    added = subprocess.run(
        [sys.executable, "-c", ADDS_A_FIELD], capture_output=True, text=True, check=False
    )
    assert added.returncode == 0, added.stderr
