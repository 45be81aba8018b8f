"""The work of an account, in the native contract: its calendars, looks, pauses, and problems."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic_core import to_json

from api.contracts.tracking import lists
from api.contracts.tracking.account_schemas import (
    AccountProblemsShown,
    AccountShown,
    CalendarChoices,
    CalendarsShown,
    ProblemQuery,
)
from api.contracts.tracking.accounts import account, account_row, connecting, state_of, tag
from api.contracts.tracking.dialect import CHANGING, TRACKING
from api.http.answers import Content, answering, caller_of
from api.http.call import Call
from api.http.paging import page_end
from api.http.router import ContractRouter
from application.administering_accounts import Choice
from application.entity import Entity
from application.ledger import Respond
from application.ports import Answer
from domain.account import Account, calendar_id
from infrastructure.accounts import problems as problem_list
from projections.accounts.model import row_of
from projections.paging import scope

router = ContractRouter(TRACKING, "Accounts")
AT_WORK = (400, 404, 409, 422)


@router.on("GET /api/accounts/{id}/calendars", connecting, CalendarsShown, errors=(404,))
async def calendars(call: Call, id: str) -> Content:
    """The calendars that the service had when it was asked last"""
    row = await account_row(call, id)
    found = await call.services.account_states.calendars(call.tenant, row.id)
    ids = [calendar_id(row.id, each.name) for each in found]
    items = [
        {
            "id": identity,
            "name": each.title,
            "readOnly": each.read_only,
            "read": identity in row.calendars,
            "write": identity == row.written,
        }
        for identity, each in zip(ids, found, strict=True)
    ]
    body = to_json({"items": items})
    return Content(body, (tag(row, body),))


@router.on("PUT /api/accounts/{id}/calendars", connecting, CalendarsShown, errors=CHANGING)
async def choose(call: Call, id: str, body: CalendarChoices) -> Content:
    """Choose the calendars that are read, and the one of the user's that is written"""
    row = await account_row(call, id)
    choices = [Choice(each.id, each.read, each.write) for each in body.items]
    await call.services.accounts.choose(caller_of(call), row.id, choices)
    return await calendars(call, id)


@router.on("POST /api/accounts/{id}/sync", connecting, AccountShown, status=202, errors=AT_WORK)
async def sync(call: Call, id: str) -> Answer:
    """Have the service looked at within a second"""
    row = await account_row(call, id)
    respond = await _showing(call, row.id)
    return await call.services.accounts.sync(caller_of(call), row.id, respond)


@router.on("POST /api/accounts/{id}/pause", connecting, AccountShown, status=202, errors=AT_WORK)
async def pause(call: Call, id: str) -> Answer:
    """Leave the service alone until the account is resumed"""
    row = await account_row(call, id)
    respond = await _showing(call, row.id)
    return await call.services.accounts.pause(caller_of(call), row.id, respond)


@router.on("POST /api/accounts/{id}/resume", connecting, AccountShown, status=202, errors=AT_WORK)
async def resume(call: Call, id: str) -> Answer:
    """Go on with an account that was paused, or suspended by a failure"""
    row = await account_row(call, id)
    respond = await _showing(call, row.id)
    return await call.services.accounts.resume(caller_of(call), row.id, respond)


@router.on("GET /api/accounts/{id}/problems", connecting, AccountProblemsShown, errors=(404, 422))
async def problems(call: Call, id: str, query: Annotated[ProblemQuery, Query()]) -> Content:
    """Items that couldn't be taken, newest first, each with its reason"""
    row = await account_row(call, id)
    bound_to = scope(call.tenant, "problems", row.id)
    before = page_end(query.cursor, bound_to)
    found = await problem_list.page(call.fetch, call.tenant, row.id, query.limit, before)
    shown = ",".join(to_json(each._asdict()).decode() for each in found.records)
    return lists.by_cursor(call, shown, found.end, bound_to)


async def _showing(call: Call, identity: UUID) -> Respond:
    state = await state_of(call, identity)

    def shown(entity: Entity[Account]) -> Content:
        # An account at work needs nothing of its user.
        attention = state.attention if entity.state.suspended else None
        return account(row_of(entity), state._replace(attention=attention))

    return answering(call, shown)
