"""The table agrees with version 17.12.1 of the API document, and all its rows are complete."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from heliograph.server.docs.openapi import document
from heliograph.wire.formats import REDIRECT, Json, Multipart
from heliograph.wire.operations import Credential, Scope
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.extensions.app_contents import CONTENTS_TAG
from heliograph.wire.table.extensions.recorded_requests import RECORDER_TAG
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from heliograph.wire.table.v2.users import DELETE_USER

# Name, method and path; … is the path of an app.
DOCUMENTED = """
CreateApp POST /v2/apps
ListApps GET /v2/apps
GetApp GET …
UpdateApp PATCH …
DeleteApp DELETE …
CreateAppKey POST …/keys
ListAppKeys GET …/keys
GetAppKey GET …/keys/{keyId}
DeleteAppKey DELETE …/keys/{keyId}
UploadAttachment POST …/attachments
DeleteAttachment POST …/attachments/remove
CreateConversation POST …/conversations
ListConversations GET …/conversations
GetConversation GET …/conversations/{conversationId}
UpdateConversation PATCH …/conversations/{conversationId}
DeleteConversation DELETE …/conversations/{conversationId}
JoinConversation POST …/conversations/{conversationId}/join
ListParticipants GET …/conversations/{conversationId}/participants
LeaveConversation POST …/conversations/{conversationId}/leave
PostMessage POST …/conversations/{conversationId}/messages
ListMessages GET …/conversations/{conversationId}/messages
DeleteAllMessages DELETE …/conversations/{conversationId}/messages
DeleteMessage DELETE …/conversations/{conversationId}/messages/{messageId}
PostActivity POST …/conversations/{conversationId}/activity
PassControl POST …/conversations/{conversationId}/passControl
ReleaseControl POST …/conversations/{conversationId}/releaseControl
OfferControl POST …/conversations/{conversationId}/offerControl
AcceptControl POST …/conversations/{conversationId}/acceptControl
DownloadMessageRef POST …/conversations/{conversationId}/download
PostConversionEvents POST …/conversations/{conversationId}/conversionEvents
CreateIntegration POST …/integrations
ListIntegrations GET …/integrations
GetIntegration GET …/integrations/{integrationId}
UpdateIntegration PATCH …/integrations/{integrationId}
DeleteIntegration DELETE …/integrations/{integrationId}
CreateCustomIntegrationKey POST …/integrations/{integrationId}/keys
ListCustomIntegrationKeys GET …/integrations/{integrationId}/keys
GetCustomIntegrationKey GET …/integrations/{integrationId}/keys/{keyId}
DeleteCustomIntegrationKey DELETE …/integrations/{integrationId}/keys/{keyId}
CreateWebhook POST …/integrations/{integrationId}/webhooks
ListWebhooks GET …/integrations/{integrationId}/webhooks
GetWebhook GET …/integrations/{integrationId}/webhooks/{webhookId}
UpdateWebhook PATCH …/integrations/{integrationId}/webhooks/{webhookId}
DeleteWebhook DELETE …/integrations/{integrationId}/webhooks/{webhookId}
CreateSwitchboard POST …/switchboards
ListSwitchboards GET …/switchboards
UpdateSwitchboard PATCH …/switchboards/{switchboardId}
DeleteSwitchboard DELETE …/switchboards/{switchboardId}
CreateSwitchboardIntegration POST …/switchboards/{switchboardId}/switchboardIntegrations
ListSwitchboardIntegrations GET …/switchboards/{switchboardId}/switchboardIntegrations
UpdateSwitchboardIntegration PATCH …/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}
DeleteSwitchboardIntegration DELETE …/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}
CreateUser POST …/users
ListUsers GET …/users
GetUser GET …/users/{userIdOrExternalId}
UpdateUser PATCH …/users/{userIdOrExternalId}
DeleteUser DELETE …/users/{userIdOrExternalId}
CreateClient POST …/users/{userIdOrExternalId}/clients
ListClients GET …/users/{userIdOrExternalId}/clients
RemoveClient DELETE …/users/{userIdOrExternalId}/clients/{clientId}
ListDevices GET …/users/{userIdOrExternalId}/devices
GetDevice GET …/users/{userIdOrExternalId}/devices/{deviceId}
DeleteUserPersonalInformation DELETE …/users/{userIdOrExternalId}/personalinformation
SyncUser POST …/users/{zendeskId}/sync
GetTokenInfo GET /v2/tokenInfo
Authorize GET /oauth/authorize
GetToken POST /oauth/token
RevokeAccess DELETE /oauth/authorization
"""

BY_TAG = {
    "Apps": 5,
    "App Keys": 4,
    "Attachments": 2,
    "Conversations": 7,
    "Participants": 3,
    "Messages": 4,
    "Activities": 1,
    "Switchboard Actions": 4,
    "Integrations": 5,
    "Custom Integration API Keys": 4,
    "Webhooks": 5,
    "Switchboards": 4,
    "Switchboard Integrations": 4,
    "Users": 7,
    "Clients": 3,
    "Devices": 2,
    "OAuth": 4,
}
CREATED = {
    "CreateApp", "CreateAppKey", "UploadAttachment", "CreateConversation", "JoinConversation", "PostMessage",
    "CreateIntegration", "CreateCustomIntegrationKey", "CreateWebhook", "CreateSwitchboard",
    "CreateSwitchboardIntegration", "CreateUser", "CreateClient",
}  # fmt: skip
PAGED = {"ListApps", "ListConversations", "ListParticipants", "ListMessages", "ListIntegrations", "ListClients"}
WITHOUT_BODY = {"CreateSwitchboard"}
SCOPES = {
    Scope.ACCOUNT: {"Apps", "App Keys"},
    Scope.APP: {
        "Apps", "Integrations", "Custom Integration API Keys", "Switchboards", "Switchboard Integrations",
    },
    Scope.INTEGRATION: {
        "Attachments", "Conversations", "Participants", "Messages", "Activities", "Switchboard Actions", "Webhooks",
        "Users", "Clients", "Devices", "OAuth",
    },
}  # fmt: skip


def test_names_methods_and_paths_are_documented_in_this_order() -> None:
    rows = [f"{one.name} {one.method} {one.path}" for one in OPERATIONS]
    assert rows == DOCUMENTED.replace("…", "/v2/apps/{appId}").split("\n")[1:-1]


def test_each_tag_has_the_documented_number_of_operations() -> None:
    assert Counter(operation.tag for operation in OPERATIONS) == BY_TAG
    assert sum(BY_TAG.values()) == 68


def test_statuses_and_pages_are_as_documented() -> None:
    statuses = {one.name: one.status for one in OPERATIONS if one.status != 200}
    assert statuses == {**dict.fromkeys(CREATED, 201), "Authorize": 302}
    assert {one.name for one in OPERATIONS if one.paged} == PAGED


def test_scopes_are_as_documented() -> None:
    required = [one for one in OPERATIONS if one.credential is Credential.REQUIRED]
    assert {scope: {one.tag for one in required if one.scope is scope} for scope in Scope} == SCOPES
    # The document specifies no security for GetTokenInfo either, but its response is about the app of the credential.
    assert {one.name for one in OPERATIONS if one not in required} == {"Authorize", "GetToken"}


def test_security_is_in_the_openapi_document() -> None:
    paths = document(OPERATIONS)["paths"]
    assert paths["/oauth/token"]["post"]["security"] == []
    assert paths["/oauth/authorize"]["get"]["security"] == [{}, {"basicAuth": []}, {"bearerAuth": []}]
    assert "security" not in paths["/v2/tokenInfo"]["get"]
    assert list(paths["/oauth/token"]["post"]["requestBody"]["content"]) == [
        "application/json", "application/x-www-form-urlencoded",
    ]  # fmt: skip
    assert {"401", "403", "429"} & paths["/oauth/token"]["post"]["responses"].keys() == {"401"}
    found = paths["/oauth/authorize"]["get"]["responses"]["302"]
    assert (set(found["content"]), "Location" in found["headers"]) == ({"text/plain"}, True)


def test_query_parameters_are_as_documented() -> None:
    assert {one.name: one.filters for one in OPERATIONS if one.filters} == {
        "ListConversations": ("userId", "userExternalId"),
        "ListIntegrations": ("types",),
        "ListUsers": ("identities.email",),
    }
    assert {one.name for one in OPERATIONS if one.one_filter} == {"ListConversations", "ListUsers"}
    by_brand = {one.name for one in OPERATIONS if "{userIdOrExternalId}" in one.path} | {"ListUsers"}
    assert {one.name: one.query for one in OPERATIONS if one.query} == {
        **dict.fromkeys(by_brand, ("brandId",)),
        "UploadAttachment": ("access", "for", "conversationId"),
        "Authorize": ("client_id", "response_type", "state", "redirect_uri"),
    }
    assert {one.name: one.required for one in OPERATIONS if one.required} == {
        "UploadAttachment": ("access",),
        "Authorize": ("client_id", "response_type"),
    }


def test_bodies_and_responses_have_types() -> None:
    sending = {one.name for one in OPERATIONS if one.method in ("POST", "PATCH")}
    assert {one.name for one in OPERATIONS if one.body.kind} == sending - WITHOUT_BODY
    assert [one.name for one in OPERATIONS if isinstance(one.body, Multipart)] == ["UploadAttachment"]
    assert [one.name for one in OPERATIONS if one.response is REDIRECT] == ["Authorize"]
    assert [one.name for one in OPERATIONS if not one.about.endswith(".")] == []


def test_the_openapi_document_of_the_whole_table_is_valid() -> None:
    whole = document(OPERATIONS)
    assert [error.message for error in OpenAPIV31SpecValidator(whole).iter_errors()] == []
    assert sum(map(len, whole["paths"].values())) == 68
    upload = whole["paths"]["/v2/apps/{appId}/attachments"]["post"]
    assert list(upload["requestBody"]["content"]) == ["multipart/form-data"]
    content = whole["components"]["schemas"]["MessagePost"]["properties"]["content"]
    assert content["discriminator"]["mapping"]["text"] == "#/components/schemas/TextMessageBody"
    # Responses have no null values.
    message = whole["components"]["schemas"]["Message"]["properties"]
    assert message["deleted"] == {"type": "boolean"}


def test_bodies_are_optional_as_documented() -> None:
    assert [one.name for one in OPERATIONS if isinstance(one.body, Json) and one.body.optional] == [
        "ReleaseControl",
        "AcceptControl",
        "SyncUser",
    ]
    described = {
        operation["operationId"]: operation["requestBody"]["required"]
        for path in document(OPERATIONS)["paths"].values()
        for operation in path.values()
        if "requestBody" in operation
    }
    assert [name for name, required in described.items() if not required] == [
        "ReleaseControl",
        "AcceptControl",
        "SyncUser",
    ]
    assert set(described) == {one.name for one in OPERATIONS if one.body.kind}


def test_the_tools_of_a_sandbox_are_neither_recorded_nor_stored_with_their_changes() -> None:
    assert all(one.is_sandbox_tool and not one.recorded and one.stored_afterwards for one in SANDBOX_TOOLS)
    others = [*OPERATIONS, *EXTENSIONS, *CONSOLE_OPERATIONS]
    assert [one.name for one in others if one.is_sandbox_tool] == []
    assert [one.name for one in others if one.stored_afterwards] == ["EraseUser"]
    assert {one.tag for one in others if not one.recorded} == {CONTENTS_TAG, RECORDER_TAG}
    assert [one.name for one in others if one.recorded and one.tag in (CONTENTS_TAG, RECORDER_TAG)] == []


def test_a_template_is_filled_with_values() -> None:
    assert DELETE_USER.template.fill("an-app", "ada/{}") == "/v2/apps/an-app/users/ada/{}"
    with pytest.raises(ValueError, match="shorter"):
        DELETE_USER.template.fill("an-app")


def test_the_values_of_a_path_are_the_parameters_of_its_template() -> None:
    for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS):
        fields = msgspec.structs.fields(operation.template.values)
        assert tuple(field.encode_name for field in fields) == operation.template.names, operation.name
        assert operation.template.text.startswith("/")
