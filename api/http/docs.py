"""`/docs`: the OpenAPI document as a page, with its scripts and styles served from here.

FastAPI's own page loads them from a CDN, and stays empty without access to the internet.
"""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ASSETS = Path(fastapi_offline.__file__).parent / "static"


def add_docs(app: FastAPI) -> None:
    """Serve `/docs` and its assets, at the application's base URL and at the bare origin."""

    async def docs(request: Request) -> Response:
        base = request.scope.get("root_path", "")
        assets = f"{base}/docs/assets"
        return get_swagger_ui_html(
            openapi_url=f"{base}/openapi.json",
            title=app.title,
            swagger_js_url=f"{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets}/swagger-ui.css",
            swagger_favicon_url=f"{assets}/favicon.png",
            swagger_ui_parameters={"docExpansion": "list", "persistAuthorization": True},
        )

    app.router.routes += [
        Route("/docs", docs, include_in_schema=False),
        Mount("/docs/assets", StaticFiles(directory=ASSETS), name="assets"),
    ]
