"""Control of conversations by switchboard integrations."""

from __future__ import annotations

from functools import partial
from typing import Any

from heliograph.domain import metadata
from heliograph.domain.batch import conversation_batch
from heliograph.domain.control import AcceptControl, ControlOutcome, OfferControl, PassControl, ReleaseControl
from heliograph.domain.verbs import Verb
from heliograph.domain.writes import BatchWrite
from heliograph.server.handlers import writes
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.inbound import ControlBody
from heliograph.wire.paths import ConversationPath
from heliograph.wire.switchboards import AcceptControlBody, OfferControlBody, PassControlBody, ReleaseControlBody
from heliograph.wire.table.extensions.end_users import CHANGE_CONTROL
from heliograph.wire.table.v2.conversations import ACCEPT_CONTROL, OFFER_CONTROL, PASS_CONTROL, RELEASE_CONTROL

FAILED = {"x-heliograph-control": "failed"}
"""Tells the developer of a bot that the call failed, which its status does not show."""
_OWNER = "Switchboard"


@writes(PASS_CONTROL)
async def pass_control(request: Request[ConversationPath, PassControlBody]) -> BatchWrite[Empty]:
    body = request.body
    given = metadata.encoded(body.metadata, _OWNER)
    verb = PassControl(request.tenant, request.path.conversation_id, given, body.switchboard_integration)
    return _write(request, verb)


@writes(OFFER_CONTROL)
async def offer_control(request: Request[ConversationPath, OfferControlBody]) -> BatchWrite[Empty]:
    body = request.body
    given = metadata.encoded(body.metadata, _OWNER)
    verb = OfferControl(request.tenant, request.path.conversation_id, given, body.switchboard_integration)
    return _write(request, verb)


@writes(ACCEPT_CONTROL)
async def accept_control(request: Request[ConversationPath, AcceptControlBody]) -> BatchWrite[Empty]:
    given = metadata.encoded(request.body.metadata, _OWNER)
    return _write(request, AcceptControl(request.tenant, request.path.conversation_id, given))


@writes(RELEASE_CONTROL)
async def release_control(request: Request[ConversationPath, ReleaseControlBody]) -> BatchWrite[Empty]:
    given = metadata.encoded(request.body.metadata, _OWNER)
    return _write(request, ReleaseControl(request.tenant, request.path.conversation_id, given))


@writes(CHANGE_CONTROL)
async def change_control(request: Request[ConversationPath, ControlBody]) -> BatchWrite[Empty]:
    body, where = request.body, (request.tenant, request.path.conversation_id)
    given = metadata.encoded(body.metadata, _OWNER)
    if body.switchboard_integration is None:
        return _write(request, ReleaseControl(*where, given, body.reason))
    return _write(request, PassControl(*where, given, body.switchboard_integration, body.reason))


def _write(request: Request[ConversationPath, Any], verb: Verb[ControlOutcome]) -> BatchWrite[Empty]:
    return BatchWrite(conversation_batch, verb, partial(_empty_or_failure, request))


def _empty_or_failure(request: Request[ConversationPath, Any], outcome: ControlOutcome) -> Empty:
    # A failure is committed, with its event, before its response says so.
    if (failure := outcome.failure) is None:
        return Empty()
    if request.settings.strict_control:
        failure.headers.update(FAILED)
        raise failure
    request.response_headers.update(FAILED)
    return Empty()
