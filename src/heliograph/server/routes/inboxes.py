"""Inboxes, on a server with sandbox tools."""

from __future__ import annotations

import asyncio
from typing import Any

from heliograph.sandbox import checks
from heliograph.sandbox.inboxes import inbox_url
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.inboxes import (
    Inbox,
    InboxCallListResponse,
    InboxListResponse,
    InboxResponse,
    InboxScriptBody,
    parse_call_filter,
    parse_wait,
)
from heliograph.wire.paths import AppPath, InboxPath
from heliograph.wire.table.sandbox import CLEAR_INBOX_CALLS, GET_INBOX, LIST_INBOX_CALLS, LIST_INBOXES, SET_INBOX_SCRIPT


@handles(LIST_INBOXES)
async def list_inboxes(request: Request[AppPath, None]) -> InboxListResponse:
    names = request.tools.inboxes.names(request.tenant.app_id)
    return InboxListResponse(inboxes=[_to_api(request, name) for name in names])


@handles(GET_INBOX)
async def get_inbox(request: Request[InboxPath, None]) -> InboxResponse:
    return InboxResponse(inbox=_to_api(request, request.path.name))


@handles(SET_INBOX_SCRIPT)
async def set_inbox_script(request: Request[InboxPath, InboxScriptBody]) -> InboxResponse:
    request.tools.inboxes.script(request.tenant.app_id, request.path.name, request.body.steps)
    return InboxResponse(inbox=_to_api(request, request.path.name))


@handles(LIST_INBOX_CALLS)
async def list_inbox_calls(request: Request[InboxPath, None]) -> InboxCallListResponse:
    inboxes, app_id, name = request.tools.inboxes, request.tenant.app_id, request.path.name
    filter, page, seconds = parse_call_filter(request.query.filter), request.page, parse_wait(request.query.plain)
    found = inboxes.page(app_id, name, filter, page)
    if not found.records and seconds:
        found = await inboxes.wait(app_id, name, filter, page, seconds)
        await request.recheck()
    secrets = await checks.secrets_of(request.store, app_id, name)
    # In a thread, because the bodies of a page may have 25 MB.
    calls = await asyncio.to_thread(checks.to_api, list(inboxes.get(app_id, name).calls), found.records, secrets)
    meta, links = request.meta_and_links(found)
    return InboxCallListResponse(calls=calls, meta=meta, links=links)


@handles(CLEAR_INBOX_CALLS)
async def clear_inbox_calls(request: Request[InboxPath, None]) -> Empty:
    request.tools.inboxes.clear_calls(request.tenant.app_id, request.path.name)
    return Empty()


def _to_api(request: Request[AppPath, Any], name: str) -> Inbox:
    app_id = request.tenant.app_id
    inbox = request.tools.inboxes.get(app_id, name)
    return Inbox(
        name=name,
        url=inbox_url(request.base_url, app_id, name),
        call_count=len(inbox.calls),
        steps=inbox.given,
        position=inbox.index,
    )
