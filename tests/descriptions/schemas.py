"""The JSON Schemas as they are committed, and as the event classes give them."""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel

import infrastructure.publishing
from infrastructure.publishing.event_types import TYPES
from infrastructure.publishing.json_schema import schema
from infrastructure.relay.broker import CONTACTS_TOPIC
from infrastructure.relay.contact_states import ContactState
from tests.descriptions.compatible import broken

COMMITTED = Path(infrastructure.publishing.__path__[0]) / "schemas"

PUBLISHED: dict[str, type[BaseModel]] = {**TYPES, CONTACTS_TOPIC: ContactState}


class Incompatible(Exception):
    """A published type would change under its consumers."""


@cache
def generated() -> dict[str, str]:
    """By file name."""
    return {f"{name}.json": _text(schema(cls, name)) for name, cls in PUBLISHED.items()}


def write(folder: Path = COMMITTED) -> None:
    """Write them. Raises Incompatible, and writes nothing, where one can't take the place of the
    one that is there."""
    made = generated()
    for name, text in made.items():
        if (folder / name).exists():
            places = broken(json.loads((folder / name).read_text()), json.loads(text))
            if places:
                raise Incompatible(f"{name}: {', '.join(places)}: this needs a new version")
    for name, text in made.items():
        (folder / name).write_text(text)


def _text(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
