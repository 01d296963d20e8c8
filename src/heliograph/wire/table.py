"""THE table: one row for each of the 68 operations of version 17.12.1 of the API document, in its order."""

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
from heliograph.wire.clients import ClientListResponse
from heliograph.wire.conversations import (
    ConversationCreateBody,
    ConversationListResponse,
    ConversationResponse,
    ConversationUpdateBody,
)
from heliograph.wire.operations import Operation, Scope
from heliograph.wire.participants import (
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.wire.users import UserCreateBody, UserResponse, UserUpdateBody

APPS = "/v2/apps"
APP = f"{APPS}/{{appId}}"
KEY = f"{APP}/keys/{{keyId}}"
CONVERSATION = f"{APP}/conversations/{{conversationId}}"
USER = f"{APP}/users/{{userIdOrExternalId}}"
INTEGRATION = f"{APP}/integrations/{{integrationId}}"
SWITCHBOARD = f"{APP}/switchboards/{{switchboardId}}"
SWITCHBOARD_INTEGRATION = f"{SWITCHBOARD}/switchboardIntegrations/{{switchboardIntegrationId}}"

# One row reads as one line of a table: name, method, path, tag, scope, answer.
# fmt: off
I, A, C = Scope.INTEGRATION, Scope.APP, Scope.ACCOUNT  # noqa: E741 (the letters of the API's scope table)

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
    Operation("UploadAttachment", "POST", f"{APP}/attachments", "Attachments", I),
    Operation("DeleteAttachment", "POST", f"{APP}/attachments/remove", "Attachments", I),
    Operation(
        "CreateConversation", "POST", f"{APP}/conversations", "Conversations", I, ConversationResponse,
        "Creates a personal conversation of one user, or a group with up to 10 users in it from the start.",
        body=ConversationCreateBody, status=201, errors=(errors.AppNotFound, errors.UserNotFound),
    ),
    Operation(
        "ListConversations", "GET", f"{APP}/conversations", "Conversations", I, ConversationListResponse,
        "Lists the conversations that a user is in, named by `filter[userId]` or `filter[userExternalId]`.",
        errors=(errors.InvalidPage, errors.UserNotFound), paged=True, filters=("userId", "userExternalId"),
    ),
    Operation(
        "GetConversation", "GET", CONVERSATION, "Conversations", I, ConversationResponse,
        "Fetches a conversation.",
        errors=(errors.ConversationNotFound,),
    ),
    Operation(
        "UpdateConversation", "PATCH", CONVERSATION, "Conversations", I, ConversationResponse,
        "Changes what the body names. Null clears; metadata is merged key by key.",
        body=ConversationUpdateBody, errors=(errors.ConversationNotFound,),
    ),
    Operation(
        "DeleteConversation", "DELETE", CONVERSATION, "Conversations", I, Empty,
        "Deletes a conversation with its participants. A user's default conversation cannot be deleted.",
        errors=(errors.BadRequest, errors.ConversationNotFound),
    ),
    Operation(
        "JoinConversation", "POST", f"{CONVERSATION}/join", "Participants", I, ParticipantResponse,
        "Adds a user to an sdkGroup conversation. Who is in it already stays the same participant. "
        "With `subscribeSDKClient` the user's SDK client, made if there is none, is associated with the conversation.",
        body=ParticipantJoinBody, status=201,
        errors=(errors.TooManyParticipants, errors.ConversationNotFound, errors.UserNotFound),
    ),
    Operation(
        "ListParticipants", "GET", f"{CONVERSATION}/participants", "Participants", I, ParticipantListResponse,
        "Lists who is in a conversation, in the order of joining.",
        errors=(errors.InvalidPage, errors.ConversationNotFound), paged=True,
    ),
    Operation(
        "LeaveConversation", "POST", f"{CONVERSATION}/leave", "Participants", I, Empty,
        "Removes a user from an sdkGroup conversation, named by user id, external id or participant id.",
        body=ParticipantLeaveBody, errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
    ),
    Operation("PostMessage", "POST", f"{CONVERSATION}/messages", "Messages", I),
    Operation("ListMessages", "GET", f"{CONVERSATION}/messages", "Messages", I),
    Operation("DeleteAllMessages", "DELETE", f"{CONVERSATION}/messages", "Messages", I),
    Operation("DeleteMessage", "DELETE", f"{CONVERSATION}/messages/{{messageId}}", "Messages", I),
    Operation("PostActivity", "POST", f"{CONVERSATION}/activity", "Activities", I),
    Operation("PassControl", "POST", f"{CONVERSATION}/passControl", "Switchboard Actions", I),
    Operation("ReleaseControl", "POST", f"{CONVERSATION}/releaseControl", "Switchboard Actions", I),
    Operation("OfferControl", "POST", f"{CONVERSATION}/offerControl", "Switchboard Actions", I),
    Operation("AcceptControl", "POST", f"{CONVERSATION}/acceptControl", "Switchboard Actions", I),
    Operation("DownloadMessageRef", "POST", f"{CONVERSATION}/download", "Conversations", I),
    Operation("PostConversionEvents", "POST", f"{CONVERSATION}/conversionEvents", "Conversations", I),
    Operation("CreateIntegration", "POST", f"{APP}/integrations", "Integrations", A),
    Operation("ListIntegrations", "GET", f"{APP}/integrations", "Integrations", A),
    Operation("GetIntegration", "GET", INTEGRATION, "Integrations", A),
    Operation("UpdateIntegration", "PATCH", INTEGRATION, "Integrations", A),
    Operation("DeleteIntegration", "DELETE", INTEGRATION, "Integrations", A),
    Operation("CreateCustomIntegrationKey", "POST", f"{INTEGRATION}/keys", "Custom Integration API Keys", A),
    Operation("ListCustomIntegrationKeys", "GET", f"{INTEGRATION}/keys", "Custom Integration API Keys", A),
    Operation("GetCustomIntegrationKey", "GET", f"{INTEGRATION}/keys/{{keyId}}", "Custom Integration API Keys", A),
    Operation(
        "DeleteCustomIntegrationKey", "DELETE", f"{INTEGRATION}/keys/{{keyId}}", "Custom Integration API Keys", A
    ),
    Operation("CreateWebhook", "POST", f"{INTEGRATION}/webhooks", "Webhooks", I),
    Operation("ListWebhooks", "GET", f"{INTEGRATION}/webhooks", "Webhooks", I),
    Operation("GetWebhook", "GET", f"{INTEGRATION}/webhooks/{{webhookId}}", "Webhooks", I),
    Operation("UpdateWebhook", "PATCH", f"{INTEGRATION}/webhooks/{{webhookId}}", "Webhooks", I),
    Operation("DeleteWebhook", "DELETE", f"{INTEGRATION}/webhooks/{{webhookId}}", "Webhooks", I),
    Operation("CreateSwitchboard", "POST", f"{APP}/switchboards", "Switchboards", A),
    Operation("ListSwitchboards", "GET", f"{APP}/switchboards", "Switchboards", A),
    Operation("UpdateSwitchboard", "PATCH", SWITCHBOARD, "Switchboards", A),
    Operation("DeleteSwitchboard", "DELETE", SWITCHBOARD, "Switchboards", A),
    Operation(
        "CreateSwitchboardIntegration", "POST", f"{SWITCHBOARD}/switchboardIntegrations", "Switchboard Integrations", A
    ),
    Operation(
        "ListSwitchboardIntegrations", "GET", f"{SWITCHBOARD}/switchboardIntegrations", "Switchboard Integrations", A
    ),
    Operation("UpdateSwitchboardIntegration", "PATCH", SWITCHBOARD_INTEGRATION, "Switchboard Integrations", A),
    Operation("DeleteSwitchboardIntegration", "DELETE", SWITCHBOARD_INTEGRATION, "Switchboard Integrations", A),
    Operation(
        "CreateUser", "POST", f"{APP}/users", "Users", I, UserResponse,
        "Creates a user. An external id, if given, is unique in the app (in its brand, if it has one).",
        body=UserCreateBody, status=201, errors=(errors.UserAlreadyExists,),
    ),
    Operation("ListUsers", "GET", f"{APP}/users", "Users", I),
    Operation("GetUser", "GET", USER, "Users", I, UserResponse, "Fetches a user.", errors=(errors.UserNotFound,)),
    Operation(
        "UpdateUser", "PATCH", USER, "Users", I, UserResponse,
        "Changes what the body names: profile and metadata are merged key by key, null clears.",
        body=UserUpdateBody, errors=(errors.UserNotFound,),
    ),
    Operation(
        "DeleteUser", "DELETE", USER, "Users", I, Empty,
        "Deletes a user with the user's clients, personal conversations and memberships of groups.",
        errors=(errors.UserNotFound,),
    ),
    Operation("CreateClient", "POST", f"{USER}/clients", "Clients", I),
    Operation(
        "ListClients", "GET", f"{USER}/clients", "Clients", I, ClientListResponse,
        "Lists the clients of a user, oldest first.",
        errors=(errors.InvalidPage, errors.UserNotFound), paged=True,
    ),
    Operation(
        "RemoveClient", "DELETE", f"{USER}/clients/{{clientId}}", "Clients", I, Empty,
        "Removes a client and ends its associations with conversations. The SDK client cannot be removed.",
        errors=(errors.BadRequest, errors.UserNotFound, errors.ClientNotFound),
    ),
    Operation("ListDevices", "GET", f"{USER}/devices", "Devices", I),
    Operation("GetDevice", "GET", f"{USER}/devices/{{deviceId}}", "Devices", I),
    Operation(
        "DeleteUserPersonalInformation", "DELETE", f"{USER}/personalinformation", "Users", I, UserResponse,
        "Clears the user's profile and metadata, and what the user's clients tell of the person.",
        errors=(errors.UserNotFound,),
    ),
    Operation("SyncUser", "POST", f"{APP}/users/{{zendeskId}}/sync", "Users", I),
    Operation("GetTokenInfo", "GET", "/v2/tokenInfo", "OAuth", I),
    Operation("Authorize", "GET", "/oauth/authorize", "OAuth", I),
    Operation("GetToken", "POST", "/oauth/token", "OAuth", I),
    Operation("RevokeAccess", "DELETE", "/oauth/authorization", "OAuth", I),
)
# fmt: on
