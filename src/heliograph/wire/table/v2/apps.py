"""Apps, their keys and their attachments."""

from __future__ import annotations

from heliograph import errors
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
from heliograph.wire.attachments import AttachmentDeleteBody, AttachmentResponse, AttachmentUploadBody
from heliograph.wire.operations import Operation
from heliograph.wire.table.v2.paths import APP, APPS, A, C, I

KEY = f"{APP}/keys/{{keyId}}"

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "CreateApp", "POST", APPS, "Apps", C, AppResponse,
        "Creates an app: a tenant with users, conversations and keys of its own.",
        body=AppCreateBody, status=201,
    ),
    Operation(
        "ListApps", "GET", APPS, "Apps", C, AppListResponse,
        "Lists the apps of this server, oldest first.",
        errors=(errors.InvalidPage,), paged=True,
    ),
    Operation("GetApp", "GET", APP, "Apps", A, AppResponse, "Fetches an app.", errors=(errors.AppNotFound,)),
    Operation(
        "UpdateApp", "PATCH", APP, "Apps", A, AppResponse,
        "Changes what the body names: settings and metadata are merged key by key, and a null metadata value removes "
        "its key. `multiConvoEnabled` cannot be turned off again.",
        body=AppUpdateBody, errors=(errors.AppNotFound,),
    ),
    Operation(
        "DeleteApp", "DELETE", APP, "Apps", C, Empty,
        "Deletes an app with everything in it. Its keys stop working at once.",
        errors=(errors.AppNotFound,),
    ),
    Operation(
        "CreateAppKey", "POST", f"{APP}/keys", "App Keys", C, AppKeyResponse,
        "Creates an API key of the app; an app has at most 10.",
        body=AppKeyCreateBody, status=201, errors=(errors.AppNotFound,),
    ),
    Operation(
        "ListAppKeys", "GET", f"{APP}/keys", "App Keys", C, AppKeyListResponse,
        "Lists the API keys of the app with their secrets.",
        errors=(errors.AppNotFound,),
    ),
    Operation(
        "GetAppKey", "GET", KEY, "App Keys", C, AppKeyResponse,
        "Fetches an API key of the app with its secret.",
        errors=(errors.AppNotFound, errors.NotFound),
    ),
    Operation(
        "DeleteAppKey", "DELETE", KEY, "App Keys", C, Empty,
        "Revokes an API key at once.",
        errors=(errors.AppNotFound, errors.NotFound),
    ),
    Operation(
        "UploadAttachment", "POST", f"{APP}/attachments", "Attachments", I, AttachmentResponse,
        "Takes a file for messages to refer to by its URL. With `for=message` and a `conversationId` it goes when the "
        "message, the conversation or the user goes.",
        body=AttachmentUploadBody, multipart=True, status=201, errors=(errors.BadRequest,),
        query=("access", "for", "conversationId"), required=("access",), offered=False,
    ),
    Operation(
        "DeleteAttachment", "POST", f"{APP}/attachments/remove", "Attachments", I, Empty,
        "Deletes an attachment, named by its URL.",
        body=AttachmentDeleteBody, errors=(errors.BadRequest, errors.AttachmentNotFound), offered=False,
    ),
)
