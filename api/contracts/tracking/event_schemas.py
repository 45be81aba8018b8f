"""Queries of the event feed and the event stream, and the form of an event."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.contracts.tracking.types import Query
from api.http.call import Call, tag_words
from api.http.problem import invalid
from api.http.records import LARGEST
from infrastructure.publishing.event_types import EVENTS, TYPES

POSITION = {"type": "integer", "minimum": 0, "maximum": LARGEST}

Position = Annotated[
    str | None,
    WithJsonSchema(POSITION),
    Field(description="A position in the log: what comes after it is told. 0 is the beginning."),
]
Types = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "examples": ["kith.interaction.logged.v1"]}),
    Field(description="Only events of these types, separated by commas."),
]
Subject = Annotated[
    str | None,
    WithJsonSchema(
        {"type": "string", "examples": ["interaction/550e8400-e29b-41d4-a716-446655440002"]}
    ),
    Field(description="Only events of this subject."),
]


class StreamQuery(Query):
    after: Position = None
    type: Types = None
    subject: Subject = None


class FeedQuery(StreamQuery):
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class EventShown(BaseModel):
    """A CloudEvent 1.0 in structured mode. `position` is its place in the log and `sequence` that
    among the events of its subject, both as text; `data` is described at `dataschema`."""

    model_config = ConfigDict(extra="allow")

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    dataschema: str
    position: str
    sequence: str
    tenant: str
    correlationid: str | None = None
    causationid: UUID | None = None
    data: dict[str, Any]


def position_of(text: str | None, *where: str) -> int | None:
    """The position that a text names. Raises a 400: an invalid one must not start at zero."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII) or int(text) > LARGEST:
        raise bad_position(*where)
    return int(text)


def bad_position(*where: str) -> Exception:
    detail = "It has to be the position of an event, or 0 for the beginning of the log."
    return invalid(where, "position_invalid", detail, 400)


def types_of(call: Call) -> frozenset[str]:
    """The types of `?type=`, separated by commas or one a parameter; empty for all. Raises a
    422."""
    types = frozenset(tag_words(call.query_params.getlist("type")))
    if not types <= TYPES.keys():
        raise invalid(("query", "type"), "type_unknown", "There is no event of this type.")
    return types


def subject_of(text: str | None) -> str | None:
    """A subject in canonical spelling. Raises a 422 for a malformed one."""
    if text is None:
        return None
    kind, _, identity = text.partition("/")
    if kind in EVENTS and len(identity) == 36:
        try:
            return f"{kind}/{UUID(identity)}"
        except ValueError:
            pass
    detail = "A subject is such as interaction/550e8400-e29b-41d4-a716-446655440002."
    raise invalid(("query", "subject"), "subject_invalid", detail)
