"""Loads what a request names, or raises the 404 of its noun: one function for each noun, `load_<noun>`.

They take a reader, or a transaction if the row is to be locked.
"""

from __future__ import annotations

from msgspec import Raw

from heliograph.domain.tenants import OWN_INTEGRATION, Tenant
from heliograph.errors import (
    AppNotFound,
    ClientNotFound,
    ConversationNotFound,
    DeviceNotFound,
    Forbidden,
    IntegrationNotFound,
    MessageNotFound,
    NotFound,
    OAuthClientNotFound,
    SupportUserNotFound,
    SwitchboardIntegrationNotFound,
    SwitchboardNotFound,
    UserNotFound,
)
from heliograph.storage.engine import Lock, Reader
from heliograph.storage.rows import (
    apps,
    clients,
    conversations,
    deliveries,
    devices,
    integrations,
    keys,
    messages,
    oauth_clients,
    recorded_requests,
    support_users,
    switchboards,
    users,
    webhooks,
)
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.rows.log_rows import StoredDelivery
from heliograph.storage.rows.oauth_clients import StoredOAuthClient
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.rows.support_users import StoredSupportUser
from heliograph.storage.rows.switchboards import StoredSwitchboard, StoredSwitchboardIntegration
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.rows.webhooks import StoredWebhook


async def load_app(reader: Reader, app_id: str, *, lock: Lock = Lock.NONE) -> StoredApp:
    """The app.

    Raises:
        AppNotFound: the app does not exist.
    """
    if (app := await apps.get(reader, app_id, lock=lock)) is None:
        raise AppNotFound
    return app


async def load_app_key(reader: Reader, app_id: str, key_id: str) -> StoredKey:
    """The API key of the app; keys of its integrations are not included.

    Raises:
        AppNotFound, NotFound: the app or the key does not exist.
    """
    await load_app(reader, app_id)
    key = await keys.find(reader, key_id)
    if key is None or key.app_id != app_id or key.integration_id is not None:
        raise NotFound
    return key


async def load_conversation(
    reader: Reader, app_id: str, conversation_id: str, *, lock: Lock = Lock.NONE
) -> StoredConversation:
    """The conversation.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    if (conversation := await conversations.get(reader, app_id, conversation_id, lock=lock)) is None:
        raise ConversationNotFound
    return conversation


async def load_message(reader: Reader, app_id: str, conversation_id: str, message_id: str) -> Raw:
    """The stored JSON of the message.

    Raises:
        MessageNotFound: it does not exist in this conversation.
    """
    if (message := await messages.get_json(reader, app_id, conversation_id, message_id)) is None:
        raise MessageNotFound
    return message


async def load_user(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None, *, lock: Lock = Lock.NONE
) -> StoredUser:
    """The user that a path names; a user's own id takes precedence over another's external id.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    if (user := await users.find(reader, app_id, id_or_external_id, brand_id, lock=lock)) is None:
        raise UserNotFound
    return user


async def load_named_user(
    reader: Reader, app_id: str, user_id: str | None, external_id: str | None, *, lock: Lock = Lock.NONE
) -> StoredUser:
    """The user that a body or a filter names, either by id or by external id.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    if external_id is not None:
        user = await users.with_external_id(reader, app_id, external_id, lock=lock)
    else:
        user = await users.get(reader, app_id, user_id, lock=lock) if user_id is not None else None
    if user is None:
        raise UserNotFound
    return user


async def load_client(reader: Reader, app_id: str, user_id: str, client_id: str) -> StoredClient:
    """The client of the user.

    Raises:
        ClientNotFound: the user has no such client.
    """
    if (client := await clients.get(reader, app_id, user_id, client_id)) is None:
        raise ClientNotFound
    return client


async def load_device(reader: Reader, app_id: str, user_id: str, device_id: str) -> StoredDevice:
    """The device of the user.

    Raises:
        DeviceNotFound: the user has no such device.
    """
    if (device := await devices.get(reader, app_id, user_id, device_id)) is None:
        raise DeviceNotFound
    return device


async def load_integration(
    reader: Reader, tenant: Tenant, integration_id: str, *, lock: Lock = Lock.NONE
) -> StoredIntegration:
    """The integration; `me` stands for the integration whose key is used.

    Raises:
        Forbidden: the key is another integration's.
        IntegrationNotFound: it does not exist in this app.
    """
    id = resolve_integration_id(tenant, integration_id)
    integration = await integrations.get(reader, tenant.app_id, id, lock=lock)
    if integration is None:
        raise IntegrationNotFound
    return integration


async def load_listed_integration(reader: Reader, tenant: Tenant, integration_id: str) -> StoredIntegration:
    """The integration, which must be one of those that lists show.

    Raises:
        Forbidden: the key is another integration's.
        IntegrationNotFound: it does not exist in this app, or lists do not show it.
    """
    integration = await load_integration(reader, tenant, integration_id)
    if not integration.listed:
        raise IntegrationNotFound
    return integration


def resolve_integration_id(tenant: Tenant, integration_id: str) -> str:
    """The id of the integration that a path names; `me` stands for the integration whose key is used.

    Raises:
        IntegrationNotFound: `me`, and the key is not an integration's.
        Forbidden: the key is another integration's.
    """
    if integration_id == OWN_INTEGRATION:
        if tenant.integration_id is None:
            raise IntegrationNotFound
        return tenant.integration_id
    if tenant.integration_id not in (None, integration_id):
        raise Forbidden
    return integration_id


async def load_integration_key(reader: Reader, tenant: Tenant, integration_id: str, key_id: str) -> StoredKey:
    """The API key of the integration.

    Raises:
        IntegrationNotFound, NotFound: the integration or the key does not exist in this app.
    """
    integration = await load_integration(reader, tenant, integration_id)
    key = await keys.find(reader, key_id)
    # The key of an integration that is not listed signs the tokens of OAuth. Its secret is not shown.
    if key is None or not integration.listed or (key.app_id, key.integration_id) != (tenant.app_id, integration.id):
        raise NotFound
    return key


async def load_webhook(reader: Reader, tenant: Tenant, integration_id: str, webhook_id: str) -> StoredWebhook:
    """The webhook of the integration.

    Raises:
        IntegrationNotFound, NotFound: the integration or the webhook does not exist in this app.
    """
    integration = await load_integration(reader, tenant, integration_id)
    webhook = await webhooks.get(reader, tenant.app_id, webhook_id)
    if webhook is None or webhook.integration_id != integration.id:
        raise NotFound
    return webhook


async def load_switchboard(reader: Reader, app_id: str, switchboard_id: str) -> StoredSwitchboard:
    """The switchboard.

    Raises:
        SwitchboardNotFound: it does not exist in this app.
    """
    switchboard = await switchboards.of_app(reader, app_id)
    if switchboard is None or switchboard.id != switchboard_id:
        raise SwitchboardNotFound
    return switchboard


def load_switchboard_integration(switchboard: StoredSwitchboard, id: str) -> StoredSwitchboardIntegration:
    """The switchboard integration.

    Raises:
        SwitchboardIntegrationNotFound: it is not in the switchboard.
    """
    if (found := switchboard.state.find(id)) is None:
        raise SwitchboardIntegrationNotFound
    return found


async def load_oauth_client(reader: Reader, client_id: str, *, lock: Lock = Lock.NONE) -> StoredOAuthClient:
    """The OAuth client.

    Raises:
        OAuthClientNotFound: it does not exist.
    """
    if (client := await oauth_clients.get(reader, client_id, lock=lock)) is None:
        raise OAuthClientNotFound
    return client


async def load_support_user(reader: Reader, app_id: str, zendesk_id: str) -> StoredSupportUser:
    """The Support user.

    Raises:
        SupportUserNotFound: it does not exist in this app.
    """
    if (found := await support_users.get(reader, app_id, zendesk_id)) is None:
        raise SupportUserNotFound
    return found


async def load_delivery(reader: Reader, app_id: str, delivery_id: str) -> StoredDelivery:
    """The delivery.

    Raises:
        NotFound: it does not exist in this app.
    """
    if (delivery := await deliveries.get(reader, app_id, delivery_id)) is None:
        raise NotFound
    return delivery


async def load_recorded_request(reader: Reader, app_id: str, id: str) -> StoredRequest:
    """The recorded request.

    Raises:
        NotFound: it does not exist in this app.
    """
    if (request := await recorded_requests.get(reader, app_id, id)) is None:
        raise NotFound
    return request
