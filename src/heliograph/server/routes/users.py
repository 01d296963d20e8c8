"""Users."""

from __future__ import annotations

from heliograph.domain import syncing, users, views
from heliograph.domain.user_creation import creation_batch
from heliograph.domain.writes import BatchWrite
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.apps import Empty
from heliograph.wire.paths import AppPath, UserPath, ZendeskUserPath
from heliograph.wire.table.v2.users import (
    CREATE_USER,
    DELETE_USER,
    DELETE_USER_PERSONAL_INFORMATION,
    GET_USER,
    LIST_USERS,
    SYNC_USER,
    UPDATE_USER,
)
from heliograph.wire.users import SyncUserBody, UserCreateBody, UserListResponse, UserResponse, UserUpdateBody


@writes(CREATE_USER)
async def create(request: Request[AppPath, UserCreateBody]) -> BatchWrite[UserResponse]:
    return BatchWrite(creation_batch, users.new_user(request.tenant, request.body), _created)


def _created(user: StoredUser) -> UserResponse:
    return UserResponse(user=views.user(user))


@handles(LIST_USERS)
async def list_users(request: Request[AppPath, None]) -> UserListResponse:
    if (email := request.query.filter.get("identities.email")) is None:
        raise BadRequest("filter[identities.email] is required")
    return UserListResponse(users=await users.with_email(request.store, request.tenant, email, request.brand_id))


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


@handles(SYNC_USER)
async def sync(request: Request[ZendeskUserPath, SyncUserBody]) -> UserResponse:
    surviving = request.body.surviving_zendesk_id
    return UserResponse(user=await syncing.sync(request.store, request.tenant, request.path.zendesk_id, surviving))
