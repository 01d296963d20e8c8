"""Apps and their keys."""

from __future__ import annotations

from heliograph.domain import apps, keys
from heliograph.server.auth.refusals import NotAllowed, Reason
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import AppKeyListResponse, AppKeyResponse, AppListResponse, AppResponse, Empty


@handles("CreateApp")
async def create(request: Request) -> AppResponse:
    return AppResponse(app=await apps.create(request.store, request.body))


@handles("ListApps")
async def list_apps(request: Request) -> AppListResponse:
    if "serviceAccountId" in request.query.filter:
        # There are no service accounts here, so none is the caller's.
        title = "The serviceAccountId provided does not match supplied credentials"
        raise NotAllowed(Reason.WRONG_SERVICE_ACCOUNT, title, key_id=request.tenant.key_id)
    found = await apps.page(request.store, request.page)
    meta, links = request.neighbours(found)
    return AppListResponse(apps=found.records, meta=meta, links=links)


@handles("GetApp")
async def get(request: Request) -> AppResponse:
    return AppResponse(app=await apps.get(request.store, request.tenant.app_id))


@handles("UpdateApp")
async def update(request: Request) -> AppResponse:
    return AppResponse(app=await apps.update(request.store, request.tenant.app_id, request.body))


@handles("DeleteApp")
async def delete(request: Request) -> Empty:
    await apps.delete(request.store, request.tenant.app_id)
    request.revoke()
    return Empty()


@handles("CreateAppKey")
async def create_key(request: Request) -> AppKeyResponse:
    return AppKeyResponse(key=await keys.create(request.store, request.tenant.app_id, request.body.display_name))


@handles("ListAppKeys")
async def list_keys(request: Request) -> AppKeyListResponse:
    return AppKeyListResponse(keys=await keys.of_app(request.store, request.tenant.app_id))


@handles("GetAppKey")
async def get_key(request: Request) -> AppKeyResponse:
    return AppKeyResponse(key=await keys.get(request.store, request.tenant.app_id, request.path["keyId"]))


@handles("DeleteAppKey")
async def delete_key(request: Request) -> Empty:
    await keys.delete(request.store, request.tenant.app_id, request.path["keyId"])
    request.revoke()
    return Empty()
