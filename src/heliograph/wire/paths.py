"""The path templates of the table with the types of their values, and the scopes by one letter."""

from __future__ import annotations

from msgspec import Struct

from heliograph.wire.operations import PathTemplate, Scope


class NoPath(Struct, rename="camel", frozen=True, gc=False):
    """A path without parameters."""


class AppPath(NoPath, frozen=True, gc=False):
    """A path of an app or below it."""

    app_id: str


class AppKeyPath(AppPath, frozen=True, gc=False):
    """The path of an API key of an app."""

    key_id: str


class ConversationPath(AppPath, frozen=True, gc=False):
    """A path of a conversation or below it."""

    conversation_id: str


class MessagePath(ConversationPath, frozen=True, gc=False):
    """The path of a message."""

    message_id: str


class IntegrationPath(AppPath, frozen=True, gc=False):
    """A path of an integration or below it. `integration_id` may be `me`."""

    integration_id: str


class IntegrationKeyPath(IntegrationPath, frozen=True, gc=False):
    """The path of an API key of a custom integration."""

    key_id: str


class WebhookPath(IntegrationPath, frozen=True, gc=False):
    """The path of a webhook."""

    webhook_id: str


class SwitchboardPath(AppPath, frozen=True, gc=False):
    """A path of a switchboard or below it."""

    switchboard_id: str


class SwitchboardIntegrationPath(SwitchboardPath, frozen=True, gc=False):
    """The path of an integration of a switchboard."""

    switchboard_integration_id: str


class UserPath(AppPath, frozen=True, gc=False):
    """A path of a user or below it."""

    user_id_or_external_id: str


class ClientPath(UserPath, frozen=True, gc=False):
    """The path of a client of a user."""

    client_id: str


class DevicePath(UserPath, frozen=True, gc=False):
    """The path of a device of a user."""

    device_id: str


class DeviceGuidPath(UserPath, frozen=True, gc=False):
    """The path of a device of a user, named by its guid."""

    guid: str


class ZendeskUserPath(AppPath, frozen=True, gc=False):
    """The path of a user, named by the id of a Support user."""

    zendesk_id: str


class DeliveryPath(AppPath, frozen=True, gc=False):
    """The path of a delivery."""

    delivery_id: str


class RecordedRequestPath(AppPath, frozen=True, gc=False):
    """The path of a recorded request."""

    recorded_request_id: str


class InboxPath(AppPath, frozen=True, gc=False):
    """A path of an inbox or below it."""

    name: str


class SnapshotPath(NoPath, frozen=True, gc=False):
    """A path of a snapshot or below it."""

    snapshot_name: str


class OAuthClientPath(NoPath, frozen=True, gc=False):
    """The path of an OAuth client."""

    oauth_client_id: str


class SessionPath(NoPath, frozen=True, gc=False):
    """The path of a session of the console."""

    session_id: str


APPS = PathTemplate("/v2/apps", NoPath)
APP = PathTemplate(f"{APPS.text}/{{appId}}", AppPath)
APP_KEY = PathTemplate(f"{APP.text}/keys/{{keyId}}", AppKeyPath)
CONVERSATION = PathTemplate(f"{APP.text}/conversations/{{conversationId}}", ConversationPath)
MESSAGE = PathTemplate(f"{CONVERSATION.text}/messages/{{messageId}}", MessagePath)
INTEGRATION = PathTemplate(f"{APP.text}/integrations/{{integrationId}}", IntegrationPath)
INTEGRATION_KEY = PathTemplate(f"{INTEGRATION.text}/keys/{{keyId}}", IntegrationKeyPath)
WEBHOOK = PathTemplate(f"{INTEGRATION.text}/webhooks/{{webhookId}}", WebhookPath)
SWITCHBOARD = PathTemplate(f"{APP.text}/switchboards/{{switchboardId}}", SwitchboardPath)
SWITCHBOARD_INTEGRATION = PathTemplate(
    f"{SWITCHBOARD.text}/switchboardIntegrations/{{switchboardIntegrationId}}", SwitchboardIntegrationPath
)
USER = PathTemplate(f"{APP.text}/users/{{userIdOrExternalId}}", UserPath)
CLIENT = PathTemplate(f"{USER.text}/clients/{{clientId}}", ClientPath)
DEVICE = PathTemplate(f"{USER.text}/devices/{{deviceId}}", DevicePath)
ZENDESK_USER = PathTemplate(f"{APP.text}/users/{{zendeskId}}", ZendeskUserPath)

EXTENSION_APP = PathTemplate("/heliograph/v1/apps/{appId}", AppPath)
EXTENSION_USER = PathTemplate(f"{EXTENSION_APP.text}/users/{{userIdOrExternalId}}", UserPath)
DEVICE_GUID = PathTemplate(f"{EXTENSION_USER.text}/devices/{{guid}}", DeviceGuidPath)
EXTENSION_CLIENT = PathTemplate(f"{EXTENSION_USER.text}/clients/{{clientId}}", ClientPath)
EXTENSION_CONVERSATION = PathTemplate(f"{EXTENSION_APP.text}/conversations/{{conversationId}}", ConversationPath)
EXTENSION_MESSAGE = PathTemplate(f"{EXTENSION_CONVERSATION.text}/messages/{{messageId}}", MessagePath)
SUPPORT_USER = PathTemplate(f"{EXTENSION_APP.text}/supportUsers/{{zendeskId}}", ZendeskUserPath)
DELIVERY = PathTemplate(f"{EXTENSION_APP.text}/deliveries/{{deliveryId}}", DeliveryPath)
RECORDED_REQUEST = PathTemplate(f"{EXTENSION_APP.text}/requests/{{recordedRequestId}}", RecordedRequestPath)
SANDBOX = PathTemplate(f"{EXTENSION_APP.text}/sandbox", AppPath)
INBOX = PathTemplate(f"{SANDBOX.text}/inboxes/{{name}}", InboxPath)
SNAPSHOTS = PathTemplate("/heliograph/v1/sandbox/snapshots", NoPath)
SNAPSHOT = PathTemplate(f"{SNAPSHOTS.text}/{{snapshotName}}", SnapshotPath)
OAUTH_CLIENTS = PathTemplate("/heliograph/v1/oauthClients", NoPath)
OAUTH_CLIENT = PathTemplate(f"{OAUTH_CLIENTS.text}/{{oauthClientId}}", OAuthClientPath)
OWN_SESSION = PathTemplate("/console/session", NoPath)
CONSOLE = PathTemplate("/heliograph/v1/console", NoPath)
CONSOLE_SESSION = PathTemplate(f"{CONSOLE.text}/sessions/{{sessionId}}", SessionPath)

I, A, C = Scope.INTEGRATION, Scope.APP, Scope.ACCOUNT  # noqa: E741
BRAND = ("brandId",)
"""The query parameters of a path with an external id: with a brand, the id is looked up in that brand."""
