"""Users, their clients and their devices."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientListResponse, ClientResponse
from heliograph.wire.devices import DeviceListResponse, DeviceResponse
from heliograph.wire.linking import ClientCreateBody
from heliograph.wire.operations import Operation
from heliograph.wire.table.v2.paths import APP, USER, I
from heliograph.wire.users import SyncUserBody, UserCreateBody, UserListResponse, UserResponse, UserUpdateBody

# An external id is looked up in the brand that is named, if one is.
BRAND = ("brandId",)

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "CreateUser", "POST", f"{APP}/users", "Users", I, UserResponse,
        "Creates a user. An external id, if given, is unique in the app (in its brand, if it has one).",
        body=UserCreateBody, status=201, errors=(errors.UserAlreadyExists,),
    ),
    Operation(
        "ListUsers", "GET", f"{APP}/users", "Users", I, UserListResponse,
        "Lists the users with an email address among their identities; the one in the profile is not looked at.",
        filters=("identities.email",), one_filter=True, query=BRAND, offered=False,
    ),
    Operation(
        "GetUser", "GET", USER, "Users", I, UserResponse,
        "Fetches a user.",
        errors=(errors.UserNotFound,), query=BRAND,
    ),
    Operation(
        "UpdateUser", "PATCH", USER, "Users", I, UserResponse,
        "Changes what the body names: profile and metadata are merged key by key, null clears.",
        body=UserUpdateBody, errors=(errors.UserNotFound,), query=BRAND,
    ),
    Operation(
        "DeleteUser", "DELETE", USER, "Users", I, Empty,
        "Deletes a user with the user's clients, personal conversations and memberships of groups.",
        errors=(errors.UserNotFound,), query=BRAND,
    ),
    Operation(
        "CreateClient", "POST", f"{USER}/clients", "Clients", I, ClientResponse,
        "Links a third-party channel to a user. The client is pending until the channel has found the user.",
        body=ClientCreateBody, status=201, errors=(errors.UserNotFound,), query=BRAND, offered=False,
    ),
    Operation(
        "ListClients", "GET", f"{USER}/clients", "Clients", I, ClientListResponse,
        "Lists the clients of a user, oldest first.",
        errors=(errors.InvalidPage, errors.UserNotFound), paged=True, query=BRAND,
    ),
    Operation(
        "RemoveClient", "DELETE", f"{USER}/clients/{{clientId}}", "Clients", I, Empty,
        "Removes a client and ends its associations with conversations. The SDK client cannot be removed.",
        errors=(errors.BadRequest, errors.UserNotFound, errors.ClientNotFound), query=BRAND,
    ),
    Operation(
        "ListDevices", "GET", f"{USER}/devices", "Devices", I, DeviceListResponse,
        "Lists the devices of a user, the one that was seen last first.",
        errors=(errors.UserNotFound,), query=BRAND, offered=False,
    ),
    Operation(
        "GetDevice", "GET", f"{USER}/devices/{{deviceId}}", "Devices", I, DeviceResponse,
        "Fetches a device of a user.",
        errors=(errors.UserNotFound, errors.DeviceNotFound), query=BRAND, offered=False,
    ),
    Operation(
        "DeleteUserPersonalInformation", "DELETE", f"{USER}/personalinformation", "Users", I, UserResponse,
        "Clears the user's profile and metadata, and what the user's clients tell of the person.",
        errors=(errors.UserNotFound,), query=BRAND,
    ),
    Operation(
        "SyncUser", "POST", f"{APP}/users/{{zendeskId}}/sync", "Users", I, UserResponse,
        "Brings a user into line with the Support user of this id, or with the one that survived a merge.",
        body=SyncUserBody, body_optional=True, offered=False,
    ),
)
