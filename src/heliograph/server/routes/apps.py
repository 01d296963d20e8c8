"""Apps and their keys."""

from __future__ import annotations

from heliograph.domain import apps, keys
from heliograph.server.auth.refusals import AccessDenied, Reason
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import (
    AppCreateBody,
    AppKeyCreateBody,
    AppKeyListResponse,
    AppKeyResponse,
    AppListResponse,
    AppResponse,
    AppUpdateBody,
    Empty,
)
from heliograph.wire.paths import AppKeyPath, AppPath, NoPath
from heliograph.wire.table.v2.apps import (
    CREATE_APP,
    CREATE_APP_KEY,
    DELETE_APP,
    DELETE_APP_KEY,
    GET_APP,
    GET_APP_KEY,
    LIST_APP_KEYS,
    LIST_APPS,
    UPDATE_APP,
)


@handles(CREATE_APP)
async def create(request: Request[NoPath, AppCreateBody]) -> AppResponse:
    return AppResponse(app=await apps.create(request.store, request.body))


@handles(LIST_APPS)
async def list_apps(request: Request[NoPath, None]) -> AppListResponse:
    if "serviceAccountId" in request.query.filter:
        # This server has no service accounts, so the id never matches.
        title = "The serviceAccountId provided does not match supplied credentials"
        raise AccessDenied(Reason.WRONG_SERVICE_ACCOUNT, title, key_id=request.caller.key_id)
    found = await apps.page(request.store, request.page)
    meta, links = request.meta_and_links(found)
    return AppListResponse(apps=found.records, meta=meta, links=links)


@handles(GET_APP)
async def get(request: Request[AppPath, None]) -> AppResponse:
    return AppResponse(app=await apps.get(request.store, request.tenant.app_id))


@handles(UPDATE_APP)
async def update(request: Request[AppPath, AppUpdateBody]) -> AppResponse:
    app = await apps.update(request.store, request.tenant.app_id, request.body)
    request.after_app_change()
    return AppResponse(app=app)


@handles(DELETE_APP)
async def delete(request: Request[AppPath, None]) -> Empty:
    await apps.delete(request.store, request.tenant.app_id)
    request.after_removal()
    return Empty()


@handles(CREATE_APP_KEY)
async def create_key(request: Request[AppPath, AppKeyCreateBody]) -> AppKeyResponse:
    return AppKeyResponse(key=await keys.create(request.store, request.tenant.app_id, request.body.display_name))


@handles(LIST_APP_KEYS)
async def list_keys(request: Request[AppPath, None]) -> AppKeyListResponse:
    return AppKeyListResponse(keys=await keys.of_app(request.store, request.tenant.app_id))


@handles(GET_APP_KEY)
async def get_key(request: Request[AppKeyPath, None]) -> AppKeyResponse:
    return AppKeyResponse(key=await keys.get(request.store, request.tenant.app_id, request.path.key_id))


@handles(DELETE_APP_KEY)
async def delete_key(request: Request[AppKeyPath, None]) -> Empty:
    await keys.delete(request.store, request.tenant.app_id, request.path.key_id)
    request.after_removal()
    return Empty()
