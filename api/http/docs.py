"""`/docs`: the OpenAPI document as a page, with its scripts and styles served from here.

FastAPI's own page loads them from a CDN, and stays empty without access to the internet. A token is
typed into this page, so that it runs nothing but what it is served, talks to nobody else, and keeps
no token when it is closed.
"""

import re
from base64 import b64encode
from functools import partial
from hashlib import sha256
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from api.http.caching import CACHEABLE, cacheable
from api.http.written import Written

ASSETS = Path(fastapi_offline.__file__).parent / "static"

POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; "  # icons of the styles; the document and requests
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page, with the hashes of the scripts in it."""

_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def add_docs(app: FastAPI) -> None:
    """Serve `/docs` and its assets, at the application's base URL and at the bare origin. They and
    the OpenAPI document are cacheable."""

    async def docs(request: Request) -> HTMLResponse:
        base = request.scope.get("root_path", "")
        assets = f"{base}/docs/assets"
        page = get_swagger_ui_html(
            openapi_url=f"{base}/openapi.json",
            title=app.title,
            swagger_js_url=f"{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets}/swagger-ui.css",
            swagger_favicon_url=f"{assets}/favicon.png",
            swagger_ui_parameters={"docExpansion": "list", "persistAuthorization": False},
        )
        page.headers.update({"Content-Security-Policy": policy(bytes(page.body)), **CACHEABLE})
        return page

    # Written once: it is large, and connections that don't read it share its bytes.
    written: dict[str, Written[bytes]] = {}

    async def openapi(request: Request) -> Response:
        base = request.scope.get("root_path", "")
        if base not in written:
            written[base] = Written(partial(_document, app, base))
        body = await written[base].get()
        return Response(body, headers=CACHEABLE, media_type="application/json")

    (route,) = (
        route
        for route in app.router.routes
        if isinstance(route, Route) and route.path == app.openapi_url
    )
    app.router.routes[app.router.routes.index(route)] = Route(
        route.path, openapi, include_in_schema=False
    )
    app.router.routes += [
        Route("/docs", docs, include_in_schema=False),
        Mount("/docs/assets", cacheable(StaticFiles(directory=ASSETS)), name="assets"),
    ]


def _document(app: FastAPI, base: str) -> bytes:
    """The OpenAPI document of an application at a base URL."""
    servers = {"servers": [{"url": base}]} if base else {}
    return bytes(JSONResponse(app.openapi() | servers).body)


def policy(page: bytes) -> str:
    """The Content-Security-Policy of a page: what is served here, and the scripts in the page."""
    hashes = (b64encode(sha256(script).digest()).decode() for script in _SCRIPT.findall(page))
    return POLICY.format(scripts="".join(f" 'sha256-{one}'" for one in hashes))
