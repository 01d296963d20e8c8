"""Data that is passed to third-party channels, and the messages that they would have received."""

from __future__ import annotations

from typing import Any

from heliograph.domain import channels, outbound
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.outbound import OutboundListResponse, parse_filter
from heliograph.wire.passthrough import ConversionEventsBody, ConversionEventsResponse, DownloadMessageRefBody
from heliograph.wire.paths import AppPath, ConversationPath
from heliograph.wire.table.extensions.end_users import LIST_OUTBOUND
from heliograph.wire.table.v2.conversations import DOWNLOAD_MESSAGE_REF, POST_CONVERSION_EVENTS


@handles(DOWNLOAD_MESSAGE_REF)
async def download_message_ref(request: Request[ConversationPath, DownloadMessageRefBody]) -> dict[str, Any]:
    return await channels.download_message_ref(
        request.store, request.tenant, request.path.conversation_id, request.body
    )


@handles(POST_CONVERSION_EVENTS)
async def post_conversion_events(request: Request[ConversationPath, ConversionEventsBody]) -> ConversionEventsResponse:
    events = await channels.post_conversion_events(
        request.store, request.tenant, request.path.conversation_id, request.body
    )
    return ConversionEventsResponse(conversion_events=events)


@handles(LIST_OUTBOUND)
async def list_outbound(request: Request[AppPath, None]) -> OutboundListResponse:
    found = await outbound.page(request.store, request.tenant, parse_filter(request.query.filter), request.page)
    meta, links = request.meta_and_links(found)
    return OutboundListResponse(outbound=found.records, meta=meta, links=links)
