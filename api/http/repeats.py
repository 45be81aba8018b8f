"""The answer to a repeated key, judged again when it is given.

A record may have been restricted or deleted since its answer was kept. A repeat discloses what a
read by the same caller would: the answer as it is kept, the redacted record, or that there is none.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from pydantic_core import from_json

from api.http import records
from api.http.answers import Content, record
from api.http.call import Call
from application.ports import Answer
from application.work import keyed_id
from domain.contact import Contact
from domain.interaction import Interaction
from domain.meeting import Meeting
from projections.contacts import queries as contact_list
from projections.meetings import queries as meeting_list

Judge = Callable[[Call], Awaitable[Content | None]]
"""Reads the record that the answer to the call's key shows: None if the caller may have that answer
as it is kept, else the content to give instead. Raises NotFound if there is no such record now."""

Form = Callable[[Call, str], str | bytes]
"""The body of a contract's answer, of an interaction's document."""


def made(call: Call, kind: str) -> UUID:
    """The id of the record that the call's key began."""
    assert call.key is not None
    return keyed_id(kind, call.key)


def interaction(form: Form) -> Judge:
    """Judges the answer that began an interaction."""

    async def judge(call: Call) -> Content | None:
        identity = str(made(call, Interaction.kind))
        _, document, position = await records.interaction(call, identity)
        return record(form(call, document), position) if is_redacted(document) else None

    return judge


async def meeting(call: Call) -> Content | None:
    """Judges the answer that began a meeting, or that the path's meeting was given."""
    named = call.path_params.get("id")
    identity = records.meeting_id(named) if named else made(call, Meeting.kind)
    found = await meeting_list.one(call.fetch, call.tenant, identity, call.open_tags)
    document, position = records.present(found, "Meeting")
    return record(document, position) if is_redacted(document) else None


async def contact(call: Call) -> None:
    """Judges the answer that began a contact, or that the path's contact was given."""
    named = call.path_params.get("contact_id")
    identity = await records.contact_id(call, named) if named else made(call, Contact.kind)
    records.present(await contact_list.one(call.fetch, call.tenant, identity), "Contact")


def is_redacted(document: str) -> bool:
    return "redacted" in from_json(document)


async def judged(call: Call, kept: Answer, judge: Judge | None) -> Answer:
    """The answer as the caller may have it now. Raises what the judge raises."""
    instead = judge and await judge(call)
    if not instead:
        return kept
    text = instead.body if isinstance(instead.body, str) else instead.body.decode()
    headers = dict(kept.headers) | dict(instead.headers)
    return replace(kept, headers=tuple(headers.items()), body=text)
