"""The paths of the service itself: liveness, readiness and metrics."""

import psycopg
from pydantic_core import to_json
from starlette.responses import PlainTextResponse, Response

from api.contracts.tracking.dialect import TRACKING
from api.http.answers import Content, JsonResponse
from api.http.call import Call
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter
from application.errors import Unavailable

router = ContractRouter(TRACKING, "Service")
public = needs(PUBLIC)


@router.on("GET /health/live", public)
async def live(_: Call) -> Content:
    """The process is running"""
    return Content('{"status":"ok"}')


@router.on("GET /health/ready", public, documented={503: {"description": "Not ready"}})
async def ready(call: Call) -> Content | Response:
    """The database answers, and appends are taken"""
    try:
        await call.services.readiness.check()
    except (psycopg.OperationalError, Unavailable):
        return JsonResponse('{"status":"unavailable","database":"unreachable"}', 503)
    queued = call.services.system.appender.queued
    return Content(to_json({"status": "ok", "database": "ok", "appendQueue": queued}))


@router.on("GET /metrics", public, response_class=PlainTextResponse)
async def metrics(call: Call) -> Response:
    """Figures for Prometheus"""
    await call.services.measure_lag()
    body = call.services.metrics.exposition()
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
