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
from heliograph.wire.formats import NO_BODY, Json, Multipart
from heliograph.wire.operations import SECRET, Operation, operations_in
from heliograph.wire.paths import APP, APP_KEY, APPS, A, C, I

# fmt: off
CREATE_APP = Operation(
    "CreateApp", "POST", APPS, "Apps", C,
    "Creates an app: a tenant with its own users, conversations and keys.",
    body=Json(AppCreateBody), response=Json(AppResponse), status=201,
)
LIST_APPS = Operation(
    "ListApps", "GET", APPS, "Apps", C,
    "Lists the apps of this server, oldest first.",
    body=NO_BODY, response=Json(AppListResponse), errors=(errors.InvalidPage,), paged=True,
)
GET_APP = Operation(
    "GetApp", "GET", APP, "Apps", A,
    "Fetches an app.",
    body=NO_BODY, response=Json(AppResponse), errors=(errors.AppNotFound,),
)
UPDATE_APP = Operation(
    "UpdateApp", "PATCH", APP, "Apps", A,
    "Changes the given fields. Settings and metadata are merged key by key, and a null metadata value removes its "
    "key. `multiConvoEnabled` cannot be turned off again.",
    body=Json(AppUpdateBody), response=Json(AppResponse), errors=(errors.AppNotFound,),
)
DELETE_APP = Operation(
    "DeleteApp", "DELETE", APP, "Apps", C,
    "Deletes an app with all its data. Its keys stop working immediately.",
    body=NO_BODY, response=Json(Empty), errors=(errors.AppNotFound,),
)
CREATE_APP_KEY = Operation(
    "CreateAppKey", "POST", APP / "keys", "App Keys", C,
    "Creates an API key of the app; an app has at most 10.",
    body=Json(AppKeyCreateBody), response=Json(AppKeyResponse), status=201, errors=(errors.AppNotFound,),
    reveals_secrets=SECRET,
)
LIST_APP_KEYS = Operation(
    "ListAppKeys", "GET", APP / "keys", "App Keys", C,
    "Lists the API keys of the app with their secrets.",
    body=NO_BODY, response=Json(AppKeyListResponse), errors=(errors.AppNotFound,),
    reveals_secrets=SECRET,
)
GET_APP_KEY = Operation(
    "GetAppKey", "GET", APP_KEY, "App Keys", C,
    "Fetches an API key of the app with its secret.",
    body=NO_BODY, response=Json(AppKeyResponse), errors=(errors.AppNotFound, errors.NotFound),
    reveals_secrets=SECRET,
)
DELETE_APP_KEY = Operation(
    "DeleteAppKey", "DELETE", APP_KEY, "App Keys", C,
    "Revokes an API key immediately.",
    body=NO_BODY, response=Json(Empty), errors=(errors.AppNotFound, errors.NotFound),
)
UPLOAD_ATTACHMENT = Operation(
    "UploadAttachment", "POST", APP / "attachments", "Attachments", I,
    "Uploads a file that messages can refer to by its URL. With `for=message` and a `conversationId`, it is deleted "
    "together with the message, the conversation or the user.",
    body=Multipart(AttachmentUploadBody), response=Json(AttachmentResponse), status=201, errors=(errors.BadRequest,),
    query=("access", "for", "conversationId"), required=("access",),
)
DELETE_ATTACHMENT = Operation(
    "DeleteAttachment", "POST", APP / "attachments/remove", "Attachments", I,
    "Deletes an attachment, named by its URL.",
    body=Json(AttachmentDeleteBody), response=Json(Empty), errors=(errors.BadRequest, errors.AttachmentNotFound),
)
# fmt: on

OPERATIONS = operations_in(vars())
