"""Hooks: the addresses to which calendar services send notices that a calendar has changed.

Services have no token of kith's: a notice brings that of its channel. All that it can do is have
the account looked at, within a second or so.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.types import Query
from api.http import body
from api.http.call import Call
from api.http.problem import Problem, Refused, faults_of, unprocessable
from api.http.records import as_uuid
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter

router = ContractRouter(TRACKING, "Hooks")

LONGEST_TOKEN = 256
"""Characters of a channel's token; kith's own have 43."""

LONGEST_VALIDATION = 4_096
"""Characters of the text that a hook repeats."""

LONGEST_BATCH = 256 * 1024
"""Bytes of the notices that come together; one has less than a thousand."""

PLAIN = {"content": {"text/plain": {"schema": {"type": "string"}}}}


class Validation(Query):
    validation_token: str = Field("", max_length=LONGEST_VALIDATION)


class Notice(BaseModel):
    """The part of a notice of Microsoft's that says whose it is."""

    state: str | None = Field(None, alias="clientState", max_length=LONGEST_TOKEN)


class Batch(BaseModel):
    """Notices that come together, of any of kith's subscriptions."""

    value: list[Notice]


DOCUMENTED: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}
}


@router.on(
    "POST /hooks/google/{channel}",
    needs(PUBLIC),
    status=204,
    errors=(404, 503),
    response_class=Response,
    description="Sent by Google alone, with the channel's token in `X-Goog-Channel-Token`.",
)
async def google(call: Call, channel: str) -> Response:
    """A notice of Google's that a calendar has changed"""
    token, identity = call.headers.get("x-goog-channel-token", ""), as_uuid(channel)
    if identity is not None and 0 < len(token) <= LONGEST_TOKEN:
        async with call.services.notice_takers.slot(identity.hex):
            if await call.services.notices.take({identity: token}):
                return Response(None, 204)
    # The same for a wrong token and for a channel that isn't there.
    raise Refused(Problem(404, "channel_not_found", "There is no such channel."))


@router.on(
    "POST /hooks/microsoft",
    needs(PUBLIC) | DOCUMENTED,
    status=202,
    errors=(400, 413, 415, 422, 503),
    documented={200: PLAIN | {"description": "The text of `validationToken`"}},
    response_class=Response,
    description="Sent by Microsoft alone, with the channel's token in `clientState`. Where "
    "`validationToken` is given, it is repeated: Microsoft asks so whether the hook is meant.",
)
async def microsoft(call: Call, query: Annotated[Validation, QueryParameter()]) -> Response:
    """Notices of Microsoft's that calendars have changed"""
    if query.validation_token:
        return Response(query.validation_token, media_type="text/plain")
    tokens = await _tokens(call)  # before the turn, which a slow body would keep from others
    if tokens:
        async with call.services.notice_takers.slot("microsoft"):
            await call.services.notices.take(tokens)
    # Whether any of them counts, the answer doesn't tell.
    return Response(None, 202)


async def _tokens(call: Call) -> dict[UUID, str]:
    """The tokens of a batch by their channels. Raises 400, 408, 413, 415 and 422."""
    with call.services.bodies.hold("") as take:
        raw = await body.read(call, LONGEST_BATCH, take)
    try:
        batch = Batch.model_validate(body.parse(raw))
    except ValidationError as error:
        raise unprocessable(faults_of(error, "body", ("value",))) from None
    states = ((each.state or "").partition(".") for each in batch.value)
    return {channel: token for name, _, token in states if (channel := as_uuid(name))}
