"""The sandbox calls, which simulate users, SDKs and other services."""

from __future__ import annotations

from heliograph.domain import login, support_users
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.paths import UserPath, ZendeskUserPath
from heliograph.wire.support_users import SupportUserBody, SupportUserResponse
from heliograph.wire.table.extensions.end_users import (
    DELETE_SUPPORT_USER,
    GET_SUPPORT_USER,
    LOGIN_USER,
    PUT_SUPPORT_USER,
)
from heliograph.wire.users import LoginBody, UserResponse


@handles(LOGIN_USER)
async def login_user(request: Request[UserPath, LoginBody]) -> UserResponse:
    who = request.path.user_id_or_external_id
    user = await login.login(request.store, request.tenant, who, request.brand_id, request.body)
    return UserResponse(user=user)


@handles(PUT_SUPPORT_USER)
async def put_support_user(request: Request[ZendeskUserPath, SupportUserBody]) -> SupportUserResponse:
    stored = await support_users.put(request.store, request.tenant, request.path.zendesk_id, request.body)
    return SupportUserResponse(support_user=stored)


@handles(GET_SUPPORT_USER)
async def get_support_user(request: Request[ZendeskUserPath, None]) -> SupportUserResponse:
    found = await support_users.get(request.store, request.tenant, request.path.zendesk_id)
    return SupportUserResponse(support_user=found)


@handles(DELETE_SUPPORT_USER)
async def delete_support_user(request: Request[ZendeskUserPath, None]) -> Empty:
    await support_users.delete(request.store, request.tenant, request.path.zendesk_id)
    return Empty()
