"""The part of docs/events.md that is made of the event classes: every type, with an example."""

import json
from collections.abc import Iterator
from typing import Any

from domain.event import Event
from infrastructure.publishing.event_types import EVENTS, TYPES
from infrastructure.publishing.json_schema import components, description, schema
from infrastructure.relay.broker import CONTACTS_TOPIC
from infrastructure.relay.contact_states import ContactState
from tests.descriptions.asyncapi import ROOT
from tests.descriptions.examples import EXAMPLES, LOGGED, contact, data, redacted, whole

PAGE = ROOT / "docs" / "events.md"
BEGIN = "<!-- From here on made of the event classes, by: python -m tests.descriptions -->"

HEADINGS = {
    "contact": "Contacts",
    "interaction": "Interactions",
    "meeting": "Meetings",
    "service": "Services",
    "tactic": "Tactics",
    "webhook": "Webhooks",
    "account": "Accounts",
}
REFERENCE = "#{model}"


def page() -> str:
    """The page as it should be: what was written by hand, then what is made."""
    by_hand = PAGE.read_text().partition(BEGIN)[0]
    return by_hand + BEGIN + "\n\n" + "\n".join(_lines())


def write() -> None:
    PAGE.write_text(page())


def _lines() -> Iterator[str]:
    yield from ("## An example of a whole event", "")
    yield "As the feed, the stream and webhooks have it. In Kafka, `data` is the value."
    yield from ("", *_code(json.loads(whole(LOGGED).json())))
    yield "The same data where a restricted tag hides content:"
    yield from ("", *_code(redacted()))
    for kind, events in EVENTS.items():
        yield from (f"## {HEADINGS[kind]}", "", f"Their subject is `{kind}/` and an id.", "")
        for event in events:
            yield from _event(event)
    yield from (f"## {CONTACTS_TOPIC}", "", description(ContactState), "")
    made = schema(ContactState, CONTACTS_TOPIC)
    yield from _fields(made["properties"], made["required"])
    yield from _code(contact())
    yield from ("## Values in events", "")
    for name, value in sorted(components(REFERENCE).items()):
        if name not in {event.__name__ for event in TYPES.values()} | {"Changed"}:
            yield from _value(name, value)


def _event(event: type[Event]) -> Iterator[str]:
    made = schema(event, event.type)
    yield from (f"### {event.type}", "", made["description"], "")
    fields = made.get("properties", {})
    if fields:
        yield from _fields(fields, made.get("required", ()))
    else:
        yield from ("Its data is empty: `{}`.", "")
    paths = fields.get("changes", {}).get("properties")
    if paths:
        shown = ", ".join(f"`{path}`" for path in paths)
        yield from (f"The paths under `changes`: {shown}.", "")
    if fields:
        yield from _code(data(EXAMPLES[event.type]))


def _value(name: str, value: dict[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "")
    if value.get("description"):
        yield from (value["description"], "")
    if "enum" in value:
        yield from ("One of " + ", ".join(f"`{word}`" for word in value["enum"]) + ".", "")
    else:
        yield from _fields(value["properties"], value.get("required", ()))


def _fields(fields: dict[str, Any], required: Any) -> Iterator[str]:
    yield from ("| field | form | meaning |", "|---|---|---|")
    for name, field in fields.items():
        always = "" if name in required else ", optional"
        yield f"| `{name}` | {_kind(field)}{always} | {field.get('description', '')} |"
    yield ""


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2].removeprefix("#")
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if field.get("additionalProperties"):
        return "object"
    if field["type"] == "array":
        return f"list of {_kind(field['items'])}"
    limits = {"maxLength": "up to", "minimum": "from", "maximum": "to", "exclusiveMinimum": "over"}
    bounds = " ".join(f"{word} {field[key]}" for key, word in limits.items() if key in field)
    kind = {"uuid": "UUID", "date-time": "date and time"}.get(field.get("format", ""))
    return f"{kind or field['type']} {bounds}".strip()


def _code(value: Any) -> Iterator[str]:
    yield from ("```json", json.dumps(value, indent=2, ensure_ascii=False), "```", "")
