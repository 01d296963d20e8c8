"""The pages outside the API: health checks, metrics, the OpenAPI document, and the reference page that renders it."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from heliograph.errors import ApiError, MethodNotAllowed, NotFound, ServerError, ServiceUnavailable
from heliograph.server.docs.openapi import OFFERED, document
from heliograph.server.http.exchange import exchange_of
from heliograph.server.http.responses import render
from heliograph.server.http.urls import Urls
from heliograph.server.observability.metrics import CONTENT_TYPE, Metrics
from heliograph.storage.migrations import schema
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS

_ASSETS = Path(__file__).with_name("assets")
_READY_SECONDS = 2.0
# Deleting a row that does not exist changes nothing, but fails if the database is read-only.
_NO_NAME = ""
_JSON = "application/json"

log = logging.getLogger("heliograph.request")

# All assets are local, so the page works offline. Their URLs are relative, so it works under a root path too.
_DOCS = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Heliograph API</title>
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <div id="api"></div>
  <script src="docs/assets/swagger-ui-bundle.js"></script>
  <script src="docs/assets/start.js"></script>
</body>
</html>
"""

# A script here could read the session of the console, which has the same origin. Swagger UI does not support Trusted
# Types; no text of a user of the API is on this page.
_DOCS_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def pages(
    store: Store, metrics: Metrics, urls: Urls, *others: Route, tools: bool = False, console: bool = False
) -> Starlette:
    """The ASGI application for all paths outside the API, including the routes of `others`.

    With `tools`, the OpenAPI document has the operations of the sandbox tools, and with `console` those of the console.
    The root of a sandbox with the console redirects to it, that of another server to the reference page.
    """

    rendering: asyncio.Task[dict[str, msgspec.Raw]] | None = None

    def base(request: Request) -> str:
        return urls.base(exchange_of(request.scope))

    async def live(request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type=_JSON)

    async def ready(request: Request) -> Response:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                found = await store.snapshot(schema.version, table_exists=True)
                if found.least > schema.latest():  # a newer release removed what this one needs
                    raise ServiceUnavailable
                await store.write(meta.remove, _NO_NAME)
        except (ServiceUnavailable, TimeoutError):
            return _error(ServiceUnavailable())
        return Response(b'{"status":"ok"}', media_type=_JSON)

    async def prometheus(request: Request) -> Response:
        return Response(await metrics.render(), media_type=CONTENT_TYPE)

    async def openapi(request: Request) -> Response:
        servers = [{"url": base(request), "description": "This server."}]
        nonlocal rendering
        # The first request renders the document, which takes a tenth of a second, in a thread: other requests go on.
        rendering = rendering or asyncio.create_task(asyncio.to_thread(_rendered, tools, console))
        rendered = await asyncio.shield(rendering)
        return Response(msgspec.json.encode({**rendered, "servers": servers}), media_type=_JSON)

    plain_pages = {"/health/live": live, "/health/ready": ready, "/metrics": prometheus, "/openapi.json": openapi}
    application = Starlette(
        routes=[
            *[Route(path + slash, page) for path, page in plain_pages.items() for slash in ("", "/")],
            Route("/docs", _docs),
            Route("/docs/behaviour", _rules),
            # URLs in the page are relative to /docs.
            Route("/docs/", _redirect(base, "docs")),
            Route("/", _redirect(base, "console/" if tools and console else "docs")),
            *others,
            Mount("/docs/assets", StaticFiles(directory=_ASSETS)),
        ],
        exception_handlers={HTTPException: _http_error, ApiError: _api_error, Exception: _server_error},
    )
    # Starlette would redirect to a URL made from the Host header alone.
    application.router.redirect_slashes = False
    return application


async def _docs(request: Request) -> Response:
    return HTMLResponse(_DOCS, headers=_DOCS_HEADERS)


async def _rules(request: Request) -> Response:
    return FileResponse(_ASSETS / "behaviour.html", headers=_DOCS_HEADERS)


def _redirect(base: Callable[[Request], str], path: str) -> Callable[[Request], Awaitable[Response]]:
    async def redirect(request: Request) -> Response:
        return RedirectResponse(f"{base(request)}/{path}")

    return redirect


@functools.cache
def _rendered(tools: bool, console: bool) -> dict[str, msgspec.Raw]:
    """Each part of the OpenAPI document, as JSON."""
    described = document((*OFFERED, *(SANDBOX_TOOLS if tools else ()), *(CONSOLE_OPERATIONS if console else ())))
    return {name: msgspec.Raw(msgspec.json.encode(part)) for name, part in described.items()}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _error(MethodNotAllowed(headers={"allow": (error.headers or {}).get("Allow", "GET")}))
    return _error(NotFound())


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return _error(error)


async def _server_error(request: Request, error: Exception) -> Response:
    log.error("failed", extra={"request_id": exchange_of(request.scope).request_id}, exc_info=error)
    return _error(ServerError())


def _error(error: ApiError) -> Response:
    body, headers = render(error)
    return Response(
        body, error.status, media_type=_JSON, headers={name.decode(): value.decode() for name, value in headers}
    )
