"""Users."""

from __future__ import annotations

from heliograph.domain import users
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.paths import AppPath, UserPath
from heliograph.wire.table.v2.users import (
    CREATE_USER,
    DELETE_USER,
    DELETE_USER_PERSONAL_INFORMATION,
    GET_USER,
    UPDATE_USER,
)
from heliograph.wire.users import UserCreateBody, UserResponse, UserUpdateBody


@handles(CREATE_USER)
async def create(request: Request[AppPath, UserCreateBody]) -> UserResponse:
    return UserResponse(user=await users.create(request.store, request.tenant, request.body))


@handles(GET_USER)
async def get(request: Request[UserPath, None]) -> UserResponse:
    who = request.path.user_id_or_external_id
    return UserResponse(user=await users.get(request.store, request.tenant, who, request.brand_id))


@handles(UPDATE_USER)
async def update(request: Request[UserPath, UserUpdateBody]) -> UserResponse:
    who = request.path.user_id_or_external_id
    changed = await users.update(request.store, request.tenant, who, request.brand_id, request.body)
    return UserResponse(user=changed)


@handles(DELETE_USER)
async def delete(request: Request[UserPath, None]) -> Empty:
    await users.delete(request.store, request.tenant, request.path.user_id_or_external_id, request.brand_id)
    return Empty()


@handles(DELETE_USER_PERSONAL_INFORMATION)
async def delete_personal_information(request: Request[UserPath, None]) -> UserResponse:
    who = request.path.user_id_or_external_id
    cleared = await users.delete_personal_information(request.store, request.tenant, who, request.brand_id)
    return UserResponse(user=cleared)
