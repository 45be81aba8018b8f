"""The AsyncAPI document as it is committed, and as kith gives it unless its address is set."""

from pathlib import Path

from api.asyncapi.document import document

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "asyncapi.json"
SPECIFICATION = ROOT / ".asyncapi" / "3.0.0.json"
"""AsyncAPI's own JSON Schema, where `make asyncapi` has fetched it."""

BASE_URL = "http://localhost:8000"


def generated() -> str:
    return document(BASE_URL).decode()


def write() -> None:
    COMMITTED.write_text(generated())
