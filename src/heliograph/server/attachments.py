"""Serves the files of attachments: anyone with the URL can read one, unless the setting is `private_attachments`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from heliograph.domain.attachments import PATH
from heliograph.domain.media_types import is_shown_by_browsers
from heliograph.errors import AttachmentNotFound
from heliograph.storage.blobs import Blobs, prepended
from heliograph.storage.rows import attachments
from heliograph.storage.rows.attachments import StoredAttachment
from heliograph.storage.store import Store

CheckAccess = Callable[[bytes | None, str], Awaitable[None]]
"""Raises Unauthorized if an `Authorization` header gives no access to an app."""
_RANGE = re.compile(r"bytes=(?:0*([0-9]+))?-(?:0*([0-9]+))?\Z", re.IGNORECASE)
_DIGITS = 20
"""More digits than any file size has. The limit keeps `int` fast."""
_CACHED_SECONDS = 900


def attachment_route(store: Store, blobs: Blobs, check_access: CheckAccess, *, private: bool) -> Route:
    """The route of all attachments. With `private`, requests need a credential of the app of the attachment."""

    async def serve(request: Request) -> Response:
        attachment = await store.read(attachments.find, request.path_params["id"])
        if private:
            credential = request.headers.get("authorization")
            given = None if credential is None else credential.encode("latin-1")
            # Without a credential, an attachment that exists is not distinguished from one that does not.
            await check_access(given, attachment.app_id if attachment else "")
        if attachment is None:
            raise AttachmentNotFound
        return await _response(request, blobs, attachment, private=private)

    return Route(f"{PATH}/{{id}}/{{name}}", serve, methods=["GET"])


async def _response(request: Request, blobs: Blobs, attachment: StoredAttachment, *, private: bool) -> Response:
    headers = _headers(attachment, private=private)
    if _matches(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    start, stop, status = 0, attachment.size, 200
    if (wanted := _wanted_range(request, headers["etag"], attachment.size)) is not None:
        start, stop = wanted
        status = 206
        if start >= stop:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{attachment.size}"})
        headers["content-range"] = f"bytes {start}-{stop - 1}/{attachment.size}"
    headers["content-length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    content = blobs.read(attachment, start, stop)
    # Errors of the object store become responses only before the status is sent.
    first = await anext(content, None)
    if first is None:
        raise AttachmentNotFound
    return StreamingResponse(prepended(first, content), status, headers)


def _headers(attachment: StoredAttachment, *, private: bool) -> dict[str, str]:
    shown = is_shown_by_browsers(attachment.media_type)
    name = quote(attachment.name, safe="")
    charset = "; charset=utf-8" if attachment.media_type.startswith("text/") else ""
    return {
        "content-type": attachment.media_type + charset,
        "etag": f'"{attachment.id}"',
        "accept-ranges": "bytes",
        "cache-control": f"{'private' if private else 'public'}, max-age={_CACHED_SECONDS}",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
    }


def _matches(header: str, etag: str) -> bool:
    """Whether an `If-None-Match` header names this version of the file."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or header.strip() == "*"


def _wanted_range(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """The first byte and the byte after the last one, or None for the whole file. Several ranges are not supported."""
    if request.headers.get("if-range", etag) != etag:
        return None
    found = _RANGE.match(request.headers.get("range", ""))
    if found is None or found.groups() == (None, None):
        return None
    first, last = (None if digits is None else int(digits[:_DIGITS]) for digits in found.groups())
    if first is None:
        return max(0, size - (last or 0)), size
    if last is not None and last < first:
        return None
    return first, size if last is None else min(size, last + 1)
