"""Accounts in the native contract: a user's connections to calendar services.

An account is its user's: another user's isn't there, not even for an admin, who sees the health of
all by `?all=1`.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic_core import to_json

from api.contracts.tracking.account_logins import changed_login, login
from api.contracts.tracking.account_schemas import (
    AccountChanges,
    AccountQuery,
    AccountShown,
    AccountsShown,
    NewAccount,
    account_shown,
    health_shown,
)
from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.http.answers import Content, Header, answering, caller_of, no_content
from api.http.call import Call
from api.http.records import as_uuid, present
from api.http.route import needs
from api.http.router import ContractRouter
from application.administering_accounts import Login
from application.entity import Entity
from application.ports import Answer
from domain.account import Account, Rules
from domain.errors import NotFound
from infrastructure.accounts.states import NEW, AccountState
from infrastructure.oauth.providers import CONSENTED
from infrastructure.sealing.errors import Unopened
from projections.accounts.model import AccountRow, all_of, one, row_of

router = ContractRouter(TRACKING, "Accounts")
connecting = needs("connect_accounts")
WAY = frozenset({"url", "username", "password"})


@router.on(
    "POST /api/accounts",
    connecting,
    AccountShown,
    status=201,
    errors=CREATING,
    confidential=frozenset({"password"}),
)
async def connect(call: Call, body: NewAccount) -> Answer:
    """Connect a calendar service; the connection is tried first"""
    way = login(call, body.kind, body.url, body.username, body.password)
    return await connected(call, body.kind, way, Rules(**body.fields_of(Rules)))


@router.on("GET /api/accounts", connecting, AccountsShown, errors=(422,))
async def every(call: Call, query: Annotated[AccountQuery, Query()]) -> Content:
    """The caller's accounts; with all=1 the health of all of the tenant, for an admin"""
    if query.all:
        call.require("admin")
    rows = await all_of(call.fetch, call.tenant, None if query.all else call.principal.user)
    states = await call.services.account_states.of(call.tenant, [row.id for row in rows])
    shown = _with_user if query.all else account_shown
    return Content(to_json({"items": [shown(row, states.get(row.id, NEW)) for row in rows]}))


@router.on("GET /api/accounts/{id}", connecting, AccountShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """An account"""
    row = await account_row(call, id)
    return account(row, await state_of(call, row.id))


@router.on("PATCH /api/accounts/{id}", connecting, AccountShown, errors=CHANGING)
async def change(call: Call, id: str, body: AccountChanges) -> Content:
    """Rename an account, or give it another address or other credentials, which are tried first"""
    row = await account_row(call, id)
    caller, accounts = caller_of(call), call.services.accounts
    way = None
    if given := WAY & body.model_fields_set:
        # Where all is given anew, what is known may have lost its key.
        known = {} if given == WAY else await accounts.login(caller, row.secrets)
        way = changed_login(call, row.service, known, body)
    await accounts.change(caller, row.id, body.fields_of(Rules), row.service, way)
    return await get(call, id)


@router.on("DELETE /api/accounts/{id}", connecting, status=204, errors=REMOVING)
async def remove(call: Call, id: str) -> Answer:
    """End a connection; meetings and calendars stay as they are"""
    row = await account_row(call, id)
    respond = answering(call, no_content)
    grant = await _grant(call, row)
    answer = await call.services.accounts.remove(caller_of(call), row.id, respond)
    if grant is not None:
        await call.services.consents.services.revoke(call.tenant, row.service, grant)
    return answer


async def _grant(call: Call, row: AccountRow) -> Mapping[str, str] | None:
    """The tokens of an account whose user consented; None if there are none, or no longer."""
    if row.service not in CONSENTED:
        return None
    try:
        return await call.services.accounts.login(caller_of(call), row.secrets)
    except (NotFound, Unopened):
        return None


async def connected(call: Call, service: str, way: Login, rules: Rules) -> Answer:
    """Connect an account; the answer shows the account, with its address. Raises as
    `Accounts.connect`."""

    def created(entity: Entity[Account]) -> Content:
        return account(row_of(entity), NEW, f"/api/accounts/{entity.id}")

    respond = answering(call, created)
    return await call.services.accounts.connect(caller_of(call), service, way, rules, respond)


def account(row: AccountRow, state: AccountState, location: str | None = None) -> Content:
    body = to_json(account_shown(row, state))
    headers = (tag(row, body),)
    return Content(body, headers if location is None else (("Location", location), *headers))


def tag(row: AccountRow, body: bytes) -> Header:
    """The tag of an answer: of the account's last event, and of what changes without one."""
    return "ETag", f'"{row.position}-{sha256(body).hexdigest()[:16]}"'


async def account_row(call: Call, id: str) -> AccountRow:
    """The caller's account that a path names. Raises NotFound."""
    identity = present(as_uuid(id), "Account")
    found = await one(call.fetch, call.tenant, call.principal.user, identity)
    return present(found, "Account")


async def state_of(call: Call, account: UUID) -> AccountState:
    return (await call.services.account_states.of(call.tenant, [account])).get(account, NEW)


def _with_user(row: AccountRow, state: AccountState) -> dict[str, Any]:
    return health_shown(row, state) | {"user": {"id": row.user_id, "name": row.user_name}}
