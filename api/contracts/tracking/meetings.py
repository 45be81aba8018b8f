"""Meetings of the native contract (the tracking document)."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import TRACKING
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
from api.contracts.tracking.responses import OPENS, errors
from api.http import records
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.route import contract_route, needs
from application.entity import Entity
from application.ledger import Handler
from application.meetings import (
    CancelMeeting,
    CompleteMeeting,
    MissMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
    cancel_meeting,
    complete_meeting,
    miss_meeting,
    reschedule_meeting,
    schedule_meeting,
)
from application.ports import Answer
from domain.errors import NotFound
from domain.meeting import Meeting
from domain.redaction import Hidden
from projections.meetings import queries as meeting_list
from projections.meetings.model import document
from projections.paging import scope

router = APIRouter(route_class=contract_route(TRACKING), tags=["Meetings"])
C = TypeVar("C", CancelMeeting, CompleteMeeting, MissMeeting, RescheduleMeeting)
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts") | OPENS
change_errors = errors(400, 404, 409, 412, 413, 415, 422)


@router.post(
    "/api/meetings",
    status_code=201,
    response_model=MeetingShown,
    responses=errors(400, 409, 413, 415, 422),
    openapi_extra=needs("edit_contacts"),
    summary="Schedule a meeting with a contact",
)
async def schedule(call: Call, body: NewMeeting) -> Response:
    ledger = call.services.system.ledger
    try:
        contact = await records.named_contact(call, body.contact_id)
        command = ScheduleMeeting(contact, body.appointment())
        answer = await ledger.carry_out(call.caller(), schedule_meeting, command, created)
    except NotFound:
        raise unknown_contact() from None
    return response_of(answer)


@router.get(
    "/api/meetings",
    response_model=MeetingsShown,
    responses=errors(422),
    openapi_extra=reading,
    summary="Meetings by filter, the latest appointment first",
)
async def find(call: Call, query: Annotated[MeetingQuery, Query()]) -> Response:
    fetch = call.services.fetch
    wanted = await _filter(call, query)
    if query.cursor is None:
        total = await meeting_list.count(fetch, wanted)
        offset = (query.page - 1) * query.page_size
        documents, _ = await meeting_list.page(fetch, wanted, query.page_size, offset=offset)
        return lists.by_page(call, documents, query.page, query.page_size, total)
    bound_to = scope("meetings", wanted)
    before = lists.place(query.cursor, bound_to)
    documents, end = await meeting_list.page(fetch, wanted, query.page_size, before=before)
    return lists.by_cursor(call, ",".join(documents), end, bound_to)


async def _filter(call: Call, query: MeetingQuery) -> meeting_list.Filter:
    lists.in_order(query.start_date, query.end_date)
    contact = await lists.of_contact(call, query.contact_id)
    until, excluded = lists.until(query.end_date)
    since = query.start_date and query.start_date.at
    return meeting_list.Filter(
        call.tenant, contact, query.status, since, until, excluded, call.open_tags
    )


@router.get(
    "/api/meetings/{id}",
    response_model=MeetingShown,
    responses=errors(404),
    openapi_extra=reading,
    summary="One meeting",
)
async def get(call: Call, id: str) -> Response:
    identity, opened = records.meeting_id(id), call.open_tags
    found = await meeting_list.one(call.services.fetch, call.tenant, identity, opened)
    if found is None:
        raise NotFound("Meeting not found", code="meeting_not_found")
    body, position = found
    return json_response(body, headers=(("ETag", entity_tag(position)),))


@router.put(
    "/api/meetings/{id}",
    response_model=MeetingShown,
    responses=change_errors,
    openapi_extra=writing,
    summary="Reschedule a meeting",
)
async def reschedule(call: Call, id: str, body: MeetingChanges) -> Response:
    contact = await records.same_contact(call, body.contact_id)
    command = RescheduleMeeting(records.meeting_id(id), body.revise, contact)
    return await _carry_out(call, reschedule_meeting, command)


@router.put(
    "/api/meetings/{id}/complete",
    response_model=MeetingShown,
    responses=change_errors,
    openapi_extra=writing,
    summary="Complete a meeting; logs the interaction with it",
)
async def complete(call: Call, id: str, body: Completion | None = None) -> Response:
    body = body or Completion()
    held_at = body.actual_date and body.actual_date.at
    command = CompleteMeeting(records.meeting_id(id), body.outcome, held_at)
    return await _carry_out(call, complete_meeting, command)


@router.put(
    "/api/meetings/{id}/cancel",
    response_model=MeetingShown,
    responses=change_errors,
    openapi_extra=writing,
    summary="Cancel a meeting",
)
async def cancel(call: Call, id: str, body: Why | None = None) -> Response:
    command = CancelMeeting(records.meeting_id(id), body.reason if body else None)
    return await _carry_out(call, cancel_meeting, command)


@router.put(
    "/api/meetings/{id}/no-show",
    response_model=MeetingShown,
    responses=change_errors,
    openapi_extra=writing,
    summary="Note that somebody didn't show up",
)
async def no_show(call: Call, id: str, body: Why | None = None) -> Response:
    command = MissMeeting(records.meeting_id(id), body.reason if body else None)
    return await _carry_out(call, miss_meeting, command)


for path, endpoint in (("complete", complete), ("cancel", cancel), ("no-show", no_show)):
    # The seed documents PUT; clients that think of these as actions send POST.
    router.add_api_route(
        f"/api/meetings/{{id}}/{path}",
        endpoint,
        methods=["POST"],
        response_model=MeetingShown,
        responses=change_errors,
        openapi_extra=writing,
        operation_id=f"post_{path.replace('-', '_')}",
    )


def created(entity: Entity[Meeting]) -> Answer:
    headers = (("Location", f"/api/meetings/{entity.id}"), ("ETag", entity_tag(entity.position)))
    return Answer(201, headers, document(entity))


def shown(entity: Entity[Meeting]) -> Answer:
    return Answer(200, (("ETag", entity_tag(entity.position)),), document(entity))


async def _carry_out(call: Call, handler: Handler[C], command: C) -> Response:
    """Raises Hidden for a meeting that the caller sees redacted: it is over, and whether it would
    be the same again would tell what was hidden."""
    fetch, meeting_id = call.services.fetch, command.meeting_id
    if await meeting_list.is_hidden(fetch, call.tenant, meeting_id, call.open_tags):
        raise Hidden("The meeting is restricted; it can't be changed unseen.")
    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), handler, command, shown))
