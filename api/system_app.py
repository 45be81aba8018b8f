"""Paths about the service itself: is it alive, is it ready, how is it doing."""

import psycopg
from fastapi import APIRouter
from psycopg_pool import PoolTimeout
from pydantic_core import to_json
from starlette.responses import PlainTextResponse, Response

from api.contracts.tracking.dialect import TRACKING
from api.http.answers import json_response
from api.http.call import Call
from api.http.route import PUBLIC, contract_route, needs

router = APIRouter(route_class=contract_route(TRACKING), tags=["Service"])
public = needs(PUBLIC)


@router.get("/health/live", openapi_extra=public, summary="The process is running")
async def live(_: Call) -> Response:
    return json_response('{"status":"ok"}')


@router.get(
    "/health/ready",
    openapi_extra=public,
    summary="The database answers, and appends are taken",
    responses={503: {"description": "Not ready"}},
)
async def ready(call: Call) -> Response:
    try:
        await call.services.fetch("SELECT 1", ())
    except (psycopg.OperationalError, PoolTimeout):
        return json_response('{"status":"unavailable","database":"unreachable"}', 503)
    queued = call.services.system.door.queued
    return json_response(to_json({"status": "ok", "database": "ok", "appendQueue": queued}))


@router.get(
    "/metrics",
    openapi_extra=public,
    response_class=PlainTextResponse,
    summary="Figures for Prometheus",
)
async def metrics(call: Call) -> Response:
    await call.services.measure_lag()
    body = call.services.metrics.exposition()
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
