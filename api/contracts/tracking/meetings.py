"""Meetings of the native contract (the tracking document)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from api.contracts.tracking import lists
from api.contracts.tracking.attendees import matched
from api.contracts.tracking.dialect import CHANGING, CREATING, TRACKING
from api.contracts.tracking.interactions import unknown_contact
from api.contracts.tracking.meeting_schemas import (
    Completion,
    MeetingChanges,
    MeetingQuery,
    MeetingShown,
    MeetingsShown,
    NewMeeting,
    Why,
)
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.query import OPENS
from api.http.records import present
from api.http.route import needs
from api.http.router import ContractRouter
from application.entity import Entity
from application.ledger import Handler
from application.meetings import (
    CompleteMeeting,
    EndMeeting,
    ReinstateMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
    cancel_meeting,
    complete_meeting,
    miss_meeting,
    reinstate_meeting,
    reschedule_meeting,
    schedule_meeting,
)
from application.ports import Answer
from domain.appointment import Appointment
from domain.errors import NotFound
from domain.meeting import Meeting, Outcome
from domain.redaction import Hidden
from infrastructure.sync.showing import shown as shown_now
from projections.meetings import queries as meeting_list
from projections.meetings.model import document
from projections.paging import Fetch, Page

router = ContractRouter(TRACKING, "Meetings")
C = TypeVar("C", CompleteMeeting, EndMeeting, ReinstateMeeting, RescheduleMeeting)
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts") | OPENS


async def _page(fetch: Fetch, wanted: meeting_list.Filter, limit: int, **where: Any) -> Page[str]:
    return await _as_they_stand(
        fetch, wanted, await meeting_list.page(fetch, wanted, limit, **where)
    )


async def _rest(fetch: Fetch, wanted: meeting_list.Filter, ids: Sequence[UUID]) -> Page[str]:
    return await _as_they_stand(fetch, wanted, await meeting_list.rest(fetch, wanted, ids))


async def _as_they_stand(fetch: Fetch, wanted: meeting_list.Filter, page: Page[str]) -> Page[str]:
    return page._replace(records=await shown_now(fetch, wanted.tenant, page.records))


QUERIES = lists.Queries(meeting_list.count, _page, _rest)


@router.on(
    "POST /api/meetings",
    needs("edit_contacts"),
    MeetingShown,
    status=201,
    errors=CREATING,
    judge=repeats.meeting,
)
async def schedule(call: Call, body: NewMeeting) -> Answer:
    """Schedule a meeting with a contact"""
    try:
        contact = await records.named_contact(call, body.contact_id)
        fields = body.fields_of(Appointment)
        if body.attendees:
            fields["attendees"] = await matched(call, body.attendees)
        command = ScheduleMeeting(contact, Appointment(**fields))
        return await carry_out(call, schedule_meeting, command, created)
    except NotFound:
        raise unknown_contact() from None


@router.on("GET /api/meetings", reading, MeetingsShown, errors=(422,))
async def find(call: Call, query: Annotated[MeetingQuery, Query()]) -> Content | Response:
    """Meetings by filter, the latest appointment first"""
    wanted = await _filter(call, query)
    return await lists.find(call, query, wanted, "meetings", QUERIES)


async def _filter(call: Call, query: MeetingQuery) -> meeting_list.Filter:
    period = lists.period(query.start_date, query.end_date)
    contact = await lists.of_contact(call, query.contact_id)
    return meeting_list.Filter(call.tenant, contact, query.status, *period, call.open_tags)


@router.on("GET /api/meetings/{id}", reading, MeetingShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """One meeting"""
    identity, opened = records.meeting_id(id), call.open_tags
    found = await meeting_list.one(call.fetch, call.tenant, identity, opened)
    kept, position = present(found, "Meeting")
    (now,) = await shown_now(call.fetch, call.tenant, [kept])
    return record(now, position)


@router.on("PUT /api/meetings/{id}", writing, MeetingShown, errors=CHANGING)
async def reschedule(call: Call, id: str, body: MeetingChanges) -> Answer:
    """Reschedule a meeting"""
    contact = await records.same_contact(call, body.contact_id)
    meeting, fields = records.meeting_id(id), body.fields()
    if body.attendees is not None:
        fields["attendees"] = await matched(call, body.attendees, meeting)
    command = RescheduleMeeting(meeting, fields, contact)
    return await _carry_out(call, reschedule_meeting, command)


@router.on("PUT /api/meetings/{id}/complete", writing, MeetingShown, errors=CHANGING)
async def complete(call: Call, id: str, body: Completion | None = None) -> Answer:
    """Complete a meeting; logs the interaction with it"""
    fields = body.fields_of(Outcome) if body else {}
    command = CompleteMeeting(records.meeting_id(id), fields)
    return await _carry_out(call, complete_meeting, command)


@router.on("PUT /api/meetings/{id}/cancel", writing, MeetingShown, errors=CHANGING)
async def cancel(call: Call, id: str, body: Why | None = None) -> Answer:
    """Cancel a meeting"""
    command = EndMeeting(records.meeting_id(id), body.reason if body else None)
    return await _carry_out(call, cancel_meeting, command)


@router.on("PUT /api/meetings/{id}/no-show", writing, MeetingShown, errors=CHANGING)
async def no_show(call: Call, id: str, body: Why | None = None) -> Answer:
    """Note that somebody didn't show up"""
    command = EndMeeting(records.meeting_id(id), body.reason if body else None)
    return await _carry_out(call, miss_meeting, command)


@router.on("PUT /api/meetings/{id}/reinstate", writing, MeetingShown, errors=CHANGING)
async def reinstate(call: Call, id: str) -> Answer:
    """Bring a cancelled meeting back"""
    return await _carry_out(call, reinstate_meeting, ReinstateMeeting(records.meeting_id(id)))


ACTIONS: dict[str, Callable[..., Awaitable[Answer]]] = {
    "complete": complete,
    "cancel": cancel,
    "no-show": no_show,
    "reinstate": reinstate,
}
for path, endpoint in ACTIONS.items():
    # The seed documents PUT; clients that think of these as actions send POST.
    router.on(
        f"POST /api/meetings/{{id}}/{path}",
        writing,
        MeetingShown,
        errors=CHANGING,
        summary=path.replace("-", " ").title(),
        operation_id=f"post_{path.replace('-', '_')}",
        judge=repeats.meeting,
    )(endpoint)


def created(entity: Entity[Meeting]) -> Content:
    return record(document(entity), entity.position, f"/api/meetings/{entity.id}")


def shown(entity: Entity[Meeting]) -> Content:
    return record(document(entity), entity.position)


async def _carry_out(call: Call, handler: Handler[C], command: C) -> Answer:
    """Carry out a command about a meeting. Raises Hidden for one that the caller sees redacted:
    the outcome of the command would reveal hidden content."""
    fetch, meeting_id = call.fetch, command.meeting_id
    if await meeting_list.is_hidden(fetch, call.tenant, meeting_id, call.open_tags):
        raise Hidden("The meeting is restricted; it can't be changed unseen.")
    return await carry_out(call, handler, command, shown)
