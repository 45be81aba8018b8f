"""The documents about the events: their AsyncAPI document and the JSON Schema of each type."""

from functools import lru_cache

from starlette.responses import Response

from api.asyncapi.document import CONTENT_TYPE as ASYNCAPI
from api.asyncapi.document import document
from api.contracts.tracking.dialect import TRACKING
from api.http.caching import CACHEABLE
from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter
from api.http.written import Written
from infrastructure.publishing.json_schema import CONTENT_TYPE as SCHEMA
from infrastructure.publishing.json_schema import published

router = ContractRouter(TRACKING, "Events")
public = needs(PUBLIC)

SHOWN = {"schema": {"type": "object"}}
SCHEMAS = Written(published)


@lru_cache(maxsize=4)
def _asyncapi(base_url: str) -> Written[bytes]:
    return Written(lambda: document(base_url))


@router.on(
    "GET /asyncapi.json",
    public,
    documented={200: {"content": {ASYNCAPI: SHOWN}}},
    response_class=Response,
)
async def asyncapi(call: Call) -> Response:
    """The AsyncAPI document of the events"""
    body = await _asyncapi(call.services.settings.base_url).get()
    return Response(body, headers=CACHEABLE, media_type=ASYNCAPI)


@router.on(
    "GET /schemas/{name}",
    public,
    errors=(404,),
    documented={200: {"content": {SCHEMA: SHOWN}}},
    response_class=Response,
    description="What the `dataschema` of an event leads to.",
)
async def schema(_: Call, name: str) -> Response:
    """The JSON Schema of a type of event, such as kith.interaction.logged.v1.json"""
    found = (await SCHEMAS.get()).get(name)
    if found is None:
        raise Refused(Problem(404, "schema_not_found", "There is no such schema."))
    return Response(found, headers=CACHEABLE, media_type=SCHEMA)
