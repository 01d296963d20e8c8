"""Attachments."""

from __future__ import annotations

from functools import partial

from heliograph.domain import attachments
from heliograph.domain.attachments import Received, UploadOptions
from heliograph.domain.writes import SingleWrite
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.storage.engine import Tx
from heliograph.wire.apps import Empty
from heliograph.wire.attachments import AttachmentDeleteBody, AttachmentResponse
from heliograph.wire.formats import FilePart
from heliograph.wire.paths import AppPath
from heliograph.wire.table.v2.apps import DELETE_ATTACHMENT, UPLOAD_ATTACHMENT

_PUBLIC = "public"
_MESSAGE = "message"


@writes(UPLOAD_ATTACHMENT)
async def upload(request: Request[AppPath, FilePart]) -> SingleWrite[AttachmentResponse]:
    store, blobs = request.store, request.context.blobs
    received = await attachments.receive(store, blobs, request.tenant, request.body, _options(request), request.recheck)
    return SingleWrite(partial(_complete, received), undo=partial(attachments.abandon, store, received.removal))


async def _complete(received: Received, tx: Tx) -> AttachmentResponse:
    return AttachmentResponse(attachment=await attachments.complete(tx, received))


def _options(request: Request[AppPath, FilePart]) -> UploadOptions:
    given = request.query.plain
    if given.get("access") != _PUBLIC:
        raise BadRequest("access should be public")
    if given.get("for", _MESSAGE) != _MESSAGE:
        raise BadRequest("for should be message")
    return UploadOptions(
        base=request.base_url,
        extensions=request.settings.attachment_extensions,
        for_message="for" in given,
        conversation_id=given.get("conversationId"),
    )


@handles(DELETE_ATTACHMENT)
async def delete(request: Request[AppPath, AttachmentDeleteBody]) -> Empty:
    await attachments.delete(request.store, request.tenant, request.body.media_url, request.base_url)
    return Empty()
