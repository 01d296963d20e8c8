"""Control of conversations by switchboard integrations."""

from __future__ import annotations

from typing import Any

from heliograph.domain import metadata
from heliograph.domain.batch import perform
from heliograph.domain.control import AcceptControl, ControlOutcome, OfferControl, PassControl, ReleaseControl
from heliograph.domain.verbs import Verb
from heliograph.server.handlers import handles
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


@handles(PASS_CONTROL)
async def pass_control(request: Request[ConversationPath, PassControlBody]) -> Empty:
    body = request.body
    given = metadata.encoded(body.metadata, _OWNER)
    verb = PassControl(request.tenant, request.path.conversation_id, given, body.switchboard_integration)
    return await _perform(request, verb)


@handles(OFFER_CONTROL)
async def offer_control(request: Request[ConversationPath, OfferControlBody]) -> Empty:
    body = request.body
    given = metadata.encoded(body.metadata, _OWNER)
    verb = OfferControl(request.tenant, request.path.conversation_id, given, body.switchboard_integration)
    return await _perform(request, verb)


@handles(ACCEPT_CONTROL)
async def accept_control(request: Request[ConversationPath, AcceptControlBody]) -> Empty:
    given = metadata.encoded(request.body.metadata, _OWNER)
    return await _perform(request, AcceptControl(request.tenant, request.path.conversation_id, given))


@handles(RELEASE_CONTROL)
async def release_control(request: Request[ConversationPath, ReleaseControlBody]) -> Empty:
    given = metadata.encoded(request.body.metadata, _OWNER)
    return await _perform(request, ReleaseControl(request.tenant, request.path.conversation_id, given))


@handles(CHANGE_CONTROL)
async def change_control(request: Request[ConversationPath, ControlBody]) -> Empty:
    body, where = request.body, (request.tenant, request.path.conversation_id)
    given = metadata.encoded(body.metadata, _OWNER)
    if body.switchboard_integration is None:
        return await _perform(request, ReleaseControl(*where, given, body.reason))
    return await _perform(request, PassControl(*where, given, body.switchboard_integration, body.reason))


async def _perform(request: Request[ConversationPath, Any], verb: Verb[ControlOutcome]) -> Empty:
    failure = (await perform(request.store, verb)).failure
    if failure is None:
        return Empty()
    if request.settings.strict_control:
        failure.headers.update(FAILED)
        raise failure
    request.response_headers.update(FAILED)
    return Empty()
