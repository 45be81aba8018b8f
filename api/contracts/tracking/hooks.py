"""Hooks: the addresses to which calendar services send notices that a calendar has changed.

Services have no token of kith's: a notice brings that of its channel. All that it can do is have
the account looked at, within a second or so.
"""

from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.records import as_uuid
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter

router = ContractRouter(TRACKING, "Hooks")

LONGEST_TOKEN = 256
"""Characters of a channel's token; kith's own have 43."""


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
    await _take(call, channel, call.headers.get("x-goog-channel-token", ""))
    return Response(None, 204)


async def _take(call: Call, channel: str, token: str) -> None:
    """Raises a 404, the same for a wrong token and for a channel that isn't there."""
    identity = as_uuid(channel)
    if identity is not None and 0 < len(token) <= LONGEST_TOKEN:
        async with call.services.notice_takers.slot(identity.hex):
            if await call.services.notices.take(identity, token):
                return
    raise Refused(Problem(404, "channel_not_found", "There is no such channel."))
