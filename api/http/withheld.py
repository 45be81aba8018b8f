"""What an answer withholds where it is kept has its place in it when it is given."""

from dataclasses import replace

from pydantic_core import from_json, to_json
from starlette.responses import Response

from api.http.answers import response_of
from api.http.call import Call
from application.ports import Answer
from infrastructure.webhooks import confidential


async def complete_response(call: Call, answer: Answer) -> Response:
    """The answer as its caller gets it. What has been forgotten meanwhile, because what it belonged
    to has ended, is left as it is kept: null, or as much of it as isn't confidential."""
    if not answer.withheld:
        return response_of(answer)
    ids = [identity for _, identity in answer.withheld]
    known = await confidential.known(call.services.fetch, call.tenant, ids)
    body = from_json(answer.body)
    body |= {name: known[identity] for name, identity in answer.withheld if identity in known}
    return response_of(replace(answer, body=to_json(body).decode()))
