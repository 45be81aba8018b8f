"""Consents at a service in the native contract: begun, handed on by the browser, redeemed."""

from typing import Annotated, Literal

from fastapi import Query as QueryParameter
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.tracking.account_schemas import AccountShown
from api.contracts.tracking.accounts import (
    account,
    account_row,
    connected,
    connecting,
    state_of,
)
from api.contracts.tracking.consent_page import HEADERS, LONGEST, POLICY, page, refusal_page
from api.contracts.tracking.dialect import CREATING, TRACKING
from api.contracts.tracking.types import Body, Id, Query
from api.http.answers import Content, JsonResponse, caller_of
from api.http.call import Call
from api.http.models import Shown
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter
from application.ports import Answer
from domain.account import Rules
from domain.errors import Invalid

router = ContractRouter(TRACKING, "Accounts")

Handed = Annotated[str, Field(min_length=1, max_length=LONGEST)]
BEGINNING = (*CREATING, 404)
OTHER = "The consent is of another account at the service."


class Consent(Body):
    """A consent to be begun: for a new account, or for one of the caller's that needs it anew."""

    kind: Literal["google", "microsoft"]
    account: Id | None = None


class ConsentShown(Shown):
    """The address to send the user's browser to."""

    url: str


class Authorized(Body):
    """The values that the service sent back by the user's browser."""

    state: Handed
    code: Handed


class Callback(Query):
    state: str = ""
    code: str = ""
    error: str = ""


@router.on("POST /api/accounts/authorize", connecting, ConsentShown, errors=BEGINNING)
async def authorize(call: Call, body: Consent) -> Content:
    """Begin a consent at a service; the address is good for a quarter of an hour"""
    if body.account is not None:
        row = await account_row(call, str(body.account))
        if row.service != body.kind:
            raise Invalid("The account is of another kind.", code="other_kind", field="kind")
    url = await call.services.consents.begin(caller_of(call), body.kind, body.account)
    return Content(to_json({"url": url}))


@router.on(
    "GET /api/accounts/callback",
    needs(PUBLIC),
    errors=(422,),
    documented={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    response_class=Response,
)
async def callback(call: Call, query: Annotated[Callback, QueryParameter()]) -> Response:
    """The page that hands code and state on; it redeems nothing"""
    if query.error or not (query.code and query.state):
        body = refusal_page(query.error[:LONGEST])
    else:
        body = page(query.code, query.state, call.services.settings.cors_origins)
    headers = {**HEADERS, "Content-Security-Policy": POLICY}
    return Response(body, headers=headers, media_type="text/html; charset=utf-8")


@router.on(
    "POST /api/accounts/authorized",
    connecting,
    AccountShown,
    status=201,
    errors=BEGINNING,
    documented={200: {"description": "The account has its new grant"}},
    confidential=frozenset({"code", "state"}),
)
async def authorized(call: Call, body: Authorized) -> Answer | JsonResponse:
    """Redeem a consent, by the user who began it: an account is connected, or has its new grant"""
    caller, accounts = caller_of(call), call.services.accounts
    redeemed = await call.services.consents.redeem(caller, body.state, body.code)
    if redeemed.account is None:
        return await connected(call, redeemed.service, redeemed.login, Rules())
    row = await account_row(call, str(redeemed.account))
    if row.address is not None and row.address != redeemed.login.address:
        raise Invalid(OTHER, code="consent_of_another", field="code")
    await accounts.change(caller, row.id, {}, row.service, redeemed.login)
    row = await account_row(call, str(row.id))
    shown = account(row, await state_of(call, row.id))
    return JsonResponse(shown.body, 200, shown.headers)
