"""Paths of documents about the events: what there is to consume, and the form of each."""

from fastapi import APIRouter
from starlette.responses import Response

from api.asyncapi.document import CONTENT_TYPE as ASYNCAPI
from api.asyncapi.document import document
from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.responses import errors
from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.route import PUBLIC, contract_route, needs
from infrastructure.publishing.json_schema import CONTENT_TYPE as SCHEMA
from infrastructure.publishing.json_schema import published

router = APIRouter(route_class=contract_route(TRACKING), tags=["Events"])
public = needs(PUBLIC)

SHOWN = {"schema": {"type": "object"}}


@router.get(
    "/asyncapi.json",
    openapi_extra=public,
    summary="The AsyncAPI document of the events",
    response_class=Response,
    responses={200: {"content": {ASYNCAPI: SHOWN}}},
)
async def asyncapi(call: Call) -> Response:
    return Response(document(call.services.settings.base_url), media_type=ASYNCAPI)


@router.get(
    "/schemas/{name}",
    openapi_extra=public,
    summary="The JSON Schema of a type of event, such as kith.interaction.logged.v1.json",
    response_class=Response,
    responses={200: {"content": {SCHEMA: SHOWN}}, 404: errors(404)[404]},
)
async def schema(_: Call, name: str) -> Response:
    """What the `dataschema` of an event leads to."""
    found = published().get(name)
    if found is None:
        raise Refused(Problem(404, "schema_not_found", "There is no such schema."))
    return Response(found, media_type=SCHEMA)
