"""The page of the console: one HTML document for all of its URLs, and its assets.

The page is public. What it shows comes from the API, with the token of a session.
"""

from __future__ import annotations

import hashlib
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from heliograph.errors import NotFound
from heliograph.server.http.exchange import exchange_of
from heliograph.server.http.urls import Urls

CONSOLE_PATH = "/console"
_ASSETS = Path(__file__).with_name("assets")
_SCRIPT = "text/javascript; charset=utf-8"
_MEDIA_TYPES = {
    "console.js": _SCRIPT,
    "chunk.js": _SCRIPT,
    "more.js": _SCRIPT,
    "console.css": "text/css; charset=utf-8",
    "inter.woff2": "font/woff2",
    "icon.svg": "image/svg+xml",
    "LICENSES.txt": "text/plain; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        # Images of messages, which load after a click.
        "img-src 'self' data: blob: https: http:",
        "frame-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
# URLs of the page are relative to its base, so it works under a root path and at every path below /console/. The header
# is shown until the scripts have replaced it.
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <base href="{base}">
  <title>Heliograph</title>
  <link rel="icon" href="{assets}/icon.svg">
  <link rel="preload" href="{assets}/inter.woff2" as="font" type="font/woff2" crossorigin>
  <link rel="modulepreload" href="{assets}/chunk.js">
  <link rel="stylesheet" href="{assets}/console.css">
  <script type="module" src="{assets}/console.js"></script>
</head>
<body data-contents="{contents}">
  <header class="top"><span class="brand">Heliograph</span></header>
  <noscript>The console needs JavaScript.</noscript>
</body>
</html>
"""


def console_routes(urls: Urls, *, hides_contents: bool) -> list[Route]:
    """The routes of the console. Every path below it that is not an asset shows the same page.

    The page has `data-contents="hidden"` if the server hides the contents of messages from it.
    """
    files = {name: (_ASSETS / name).read_bytes() for name in _MEDIA_TYPES}
    contents = "hidden" if hides_contents else "shown"
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]

    def base(request: Request) -> str:
        return urlsplit(urls.base(exchange_of(request.scope))).path + CONSOLE_PATH + "/"

    async def page(request: Request) -> Response:
        text = _PAGE.format(base=escape(base(request), quote=True), assets=f"assets/{digest}", contents=contents)
        return HTMLResponse(text, headers=_HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        # A page of another release refers to its own assets. Ours must not be cached forever under their URLs.
        if name not in files or request.path_params["digest"] != digest:
            raise NotFound
        return Response(files[name], media_type=_MEDIA_TYPES[name], headers={**_HEADERS, "cache-control": _FOREVER})

    async def add_slash(request: Request) -> Response:
        return RedirectResponse(base(request))

    return [
        Route(CONSOLE_PATH, add_slash),
        Route(f"{CONSOLE_PATH}/assets/{{digest}}/{{name}}", asset),
        Route(f"{CONSOLE_PATH}/{{view:path}}", page),
    ]
