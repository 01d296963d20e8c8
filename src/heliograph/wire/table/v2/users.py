"""Users, their clients and their devices."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientListResponse, ClientResponse
from heliograph.wire.devices import DeviceListResponse, DeviceResponse
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.linking import ClientCreateBody
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import APP, CLIENT, DEVICE, USER, ZENDESK_USER, I
from heliograph.wire.users import SyncUserBody, UserCreateBody, UserListResponse, UserResponse, UserUpdateBody

# An external id is looked up in the brand that is named, if one is.
BRAND = ("brandId",)

# fmt: off
CREATE_USER = Operation(
    "CreateUser", "POST", APP / "users", "Users", I,
    "Creates a user. An external id, if given, is unique in the app (in its brand, if it has one).",
    body=Json(UserCreateBody), response=Json(UserResponse), status=201, errors=(errors.UserAlreadyExists,),
)
LIST_USERS = Operation(
    "ListUsers", "GET", APP / "users", "Users", I,
    "Lists the users with an email address among their identities; the one in the profile is not looked at.",
    body=NO_BODY, response=Json(UserListResponse), filters=("identities.email",), one_filter=True, query=BRAND,
    offered=False,
)
GET_USER = Operation(
    "GetUser", "GET", USER, "Users", I,
    "Fetches a user.",
    body=NO_BODY, response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
UPDATE_USER = Operation(
    "UpdateUser", "PATCH", USER, "Users", I,
    "Changes what the body names: profile and metadata are merged key by key, null clears.",
    body=Json(UserUpdateBody), response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
DELETE_USER = Operation(
    "DeleteUser", "DELETE", USER, "Users", I,
    "Deletes a user with the user's clients, personal conversations and memberships of groups.",
    body=NO_BODY, response=Json(Empty), errors=(errors.UserNotFound,), query=BRAND,
)
CREATE_CLIENT = Operation(
    "CreateClient", "POST", USER / "clients", "Clients", I,
    "Links a third-party channel to a user. The client is pending until the channel has found the user.",
    body=Json(ClientCreateBody), response=Json(ClientResponse), status=201, errors=(errors.UserNotFound,), query=BRAND,
    offered=False,
)
LIST_CLIENTS = Operation(
    "ListClients", "GET", USER / "clients", "Clients", I,
    "Lists the clients of a user, oldest first.",
    body=NO_BODY, response=Json(ClientListResponse), errors=(errors.InvalidPage, errors.UserNotFound), paged=True,
    query=BRAND,
)
REMOVE_CLIENT = Operation(
    "RemoveClient", "DELETE", CLIENT, "Clients", I,
    "Removes a client and ends its associations with conversations. The SDK client cannot be removed.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest, errors.UserNotFound, errors.ClientNotFound),
    query=BRAND,
)
LIST_DEVICES = Operation(
    "ListDevices", "GET", USER / "devices", "Devices", I,
    "Lists the devices of a user, the one that was seen last first.",
    body=NO_BODY, response=Json(DeviceListResponse), errors=(errors.UserNotFound,), query=BRAND, offered=False,
)
GET_DEVICE = Operation(
    "GetDevice", "GET", DEVICE, "Devices", I,
    "Fetches a device of a user.",
    body=NO_BODY, response=Json(DeviceResponse), errors=(errors.UserNotFound, errors.DeviceNotFound), query=BRAND,
    offered=False,
)
DELETE_USER_PERSONAL_INFORMATION = Operation(
    "DeleteUserPersonalInformation", "DELETE", USER / "personalinformation", "Users", I,
    "Clears the user's profile and metadata, and what the user's clients tell of the person.",
    body=NO_BODY, response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
SYNC_USER = Operation(
    "SyncUser", "POST", ZENDESK_USER / "sync", "Users", I,
    "Brings a user into line with the Support user of this id, or with the one that survived a merge.",
    body=Json(SyncUserBody, optional=True), response=Json(UserResponse), offered=False,
)
# fmt: on

OPERATIONS = operations_in(vars())
