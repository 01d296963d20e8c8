"""Users."""

from __future__ import annotations

from heliograph.domain import users
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.users import UserResponse

WHO = "userIdOrExternalId"


@handles("CreateUser")
async def create(request: Request) -> UserResponse:
    return UserResponse(user=await users.create(request.store, request.tenant, request.body))


@handles("GetUser")
async def get(request: Request) -> UserResponse:
    return UserResponse(user=await users.get(request.store, request.tenant, request.path[WHO], request.brand_id))


@handles("UpdateUser")
async def update(request: Request) -> UserResponse:
    return UserResponse(
        user=await users.update(request.store, request.tenant, request.path[WHO], request.brand_id, request.body)
    )


@handles("DeleteUser")
async def delete(request: Request) -> Empty:
    await users.delete(request.store, request.tenant, request.path[WHO], request.brand_id)
    return Empty()


@handles("DeleteUserPersonalInformation")
async def delete_personal_information(request: Request) -> UserResponse:
    return UserResponse(
        user=await users.delete_personal_information(request.store, request.tenant, request.path[WHO], request.brand_id)
    )
