"""Users, their clients and their devices."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientListResponse, ClientResponse
from heliograph.wire.devices import DeviceListResponse, DeviceResponse
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.linking import ClientCreateBody
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import APP, BRAND, CLIENT, DEVICE, USER, ZENDESK_USER, I
from heliograph.wire.users import SyncUserBody, UserCreateBody, UserListResponse, UserResponse, UserUpdateBody

# fmt: off
CREATE_USER = Operation(
    "CreateUser", "POST", APP / "users", "Users", I,
    "Creates a user. The optional external id must be unique in the app or, with a brand, in the brand.",
    body=Json(UserCreateBody), response=Json(UserResponse), status=201, errors=(errors.UserAlreadyExists,),
)
LIST_USERS = Operation(
    "ListUsers", "GET", APP / "users", "Users", I,
    "Lists the users with an email address among their identities. The one in the profile does not count.",
    body=NO_BODY, response=Json(UserListResponse), errors=(errors.BadRequest,),
    filters=("identities.email",), one_filter=True, query=BRAND,
)
GET_USER = Operation(
    "GetUser", "GET", USER, "Users", I,
    "Fetches a user.",
    body=NO_BODY, response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
UPDATE_USER = Operation(
    "UpdateUser", "PATCH", USER, "Users", I,
    "Changes the given fields. Profile and metadata are merged key by key, and null clears a key.",
    body=Json(UserUpdateBody), response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
DELETE_USER = Operation(
    "DeleteUser", "DELETE", USER, "Users", I,
    "Deletes a user with their clients, personal conversations and memberships in groups.",
    body=NO_BODY, response=Json(Empty), errors=(errors.UserNotFound,), query=BRAND,
)
CREATE_CLIENT = Operation(
    "CreateClient", "POST", USER / "clients", "Clients", I,
    "Links a third-party channel to a user. The client is pending until the channel finds the user.",
    body=Json(ClientCreateBody), response=Json(ClientResponse), status=201,
    errors=(errors.UserNotFound, errors.ConversationNotFound, errors.NotAMember, errors.IntegrationNotFound),
    query=BRAND,
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
    "Lists the devices of a user, most recently seen first.",
    body=NO_BODY, response=Json(DeviceListResponse), errors=(errors.UserNotFound,), query=BRAND,
)
GET_DEVICE = Operation(
    "GetDevice", "GET", DEVICE, "Devices", I,
    "Fetches a device of a user.",
    body=NO_BODY, response=Json(DeviceResponse), errors=(errors.UserNotFound, errors.DeviceNotFound), query=BRAND,
)
DELETE_USER_PERSONAL_INFORMATION = Operation(
    "DeleteUserPersonalInformation", "DELETE", USER / "personalinformation", "Users", I,
    "Clears the profile and metadata of a user, and the personal information of their clients.",
    body=NO_BODY, response=Json(UserResponse), errors=(errors.UserNotFound,), query=BRAND,
)
SYNC_USER = Operation(
    "SyncUser", "POST", ZENDESK_USER / "sync", "Users", I,
    "Synchronizes a user with the Support user of this id, or with the survivor of a merge.",
    body=Json(SyncUserBody, optional=True), response=Json(UserResponse),
    errors=(errors.BadRequest, errors.UserNotFound),
)
# fmt: on

OPERATIONS = operations_in(vars())
