"""Examples for the OpenAPI document, all about one app, one group and one user."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import msgspec
from msgspec.structs import asdict, replace

from heliograph.server.docs.console_examples import CONSOLE_EXAMPLES
from heliograph.server.docs.import_examples import IMPORT_EXAMPLES
from heliograph.server.docs.listing_examples import LISTING_EXAMPLES
from heliograph.server.docs.membership_examples import MEMBERSHIP_EXAMPLES
from heliograph.server.docs.people_examples import PEOPLE_EXAMPLES
from heliograph.server.docs.sandbox_examples import SANDBOX_EXAMPLES
from heliograph.server.docs.stream_examples import STREAM_EXAMPLES
from heliograph.wire import (
    activities,
    apps,
    attachments,
    clients,
    conversations,
    deliveries,
    devices,
    event_records,
    inbound,
    integrations,
    keys,
    linking,
    messages,
    oauth,
    outbound,
    participants,
    passthrough,
    recorded_requests,
    support_users,
    switchboards,
    users,
    webhooks,
)
from heliograph.wire.authors import Author, Source
from heliograph.wire.contents import TextMessage
from heliograph.wire.formats import RedirectText
from heliograph.wire.paging import PageMeta

_APP = "6ae0a1c4b3f10001a7d25e90"
_USER = "6ae0a1d2c8a20002a7d25e90"
_GROUP = "6ae0a1dd1b730003a7d25e90"
_PARTICIPANT = "6ae0a1e5f0040004a7d25e90"
_CLIENT = "6ae0a1e5f0050005a7d25e90"
_DEVICE = "6ae0a1e5f0050006a7d25e90"
_MESSAGE = "6ae0a1f01c680006a7d25e90"
_INTEGRATION = "6ae0a1f24c110006a7d25e90"
_WEBHOOK = "6ae0a1f24c110007a7d25e90"
_EVENT = "6ae0a1f5b0220008a7d25e90"
_DELIVERY = "6ae0a1f5b0220009a7d25e90"
_SWITCHBOARD = "6ae0a1f24c110008a7d25e90"
_SWITCHBOARD_INTEGRATION = "6ae0a1f24c110009a7d25e90"
_TIME = "2026-11-22T15:43:17.120Z"

_app = apps.App(
    id=_APP,
    display_name="Sandbox",
    settings=apps.AppSettings(
        app_localization_enabled=True,
        echo_postback=False,
        mask_credit_card_numbers=True,
        multi_convo_enabled=False,
        use_animal_names=False,
    ),
)
_key = apps.AppKey(id=f"app_{_APP}", display_name="Bot", secret="the-secret-of-the-key")
_client = clients.Client(id=_CLIENT, type="sdk", status="active", last_seen=_TIME, linked_at=_TIME)
_device = devices.Device(
    id=_DEVICE,
    type="web",
    guid="laptop",
    client_id=_CLIENT,
    status="active",
    integration_id=_INTEGRATION,
    last_seen=_TIME,
)
_conversation = conversations.Conversation(
    id=_GROUP, type="sdkGroup", is_default=False, display_name="Crew", last_updated_at=_TIME, created_at=_TIME
)
_participant = participants.Participant(
    id=_PARTICIPANT,
    user_id=_USER,
    user_external_id="ada",
    unread_count=0,
    client_associations=[clients.ClientAssociation(type="sdk", client_id=_CLIENT)],
)
_message = messages.Message(
    id=_MESSAGE,
    received=_TIME,
    author=Author(type="user", user_id=_USER),
    content=TextMessage(text="Land ahoy!"),
    source=Source(type="api:conversations"),
)
_user = users.User(
    id=_USER,
    external_id="ada",
    authenticated=False,
    signed_up_at=_TIME,
    profile=users.Profile(given_name="Ada"),
    metadata={"lang": "en"},
    identities=[],
)
_identity = users.Identity(type="email", value="ada@example.org", verification="sso")
_identified = replace(_user, authenticated=True, zendesk_id="30045042291606", identities=[_identity])
_support_user = support_users.SupportUser(zendesk_id="30045042291606", email="ada@example.org", given_name="Ada")
_webhook = webhooks.Webhook(
    id=_WEBHOOK,
    version="v2",
    target="https://example.org/hook",
    triggers=["conversation:join", "conversation:leave"],
    secret="the-secret-of-the-webhook",
    include_full_user=False,
    include_full_source=False,
)
_integration = integrations.CustomIntegration(id=_INTEGRATION, status="active", display_name="Bot", webhooks=[_webhook])
_integration_key = keys.IntegrationApiKey(id=f"int_{_INTEGRATION}", display_name="Bot", secret="the-secret-of-the-key")
_switchboard = switchboards.Switchboard(
    id=_SWITCHBOARD, enabled=True, default_switchboard_integration_id=_SWITCHBOARD_INTEGRATION
)
_switchboard_integration = switchboards.SwitchboardIntegration(
    id=_SWITCHBOARD_INTEGRATION,
    name="bot",
    integration_id=_INTEGRATION,
    integration_type="custom",
    deliver_standby_events=False,
)
_delivery = deliveries.Delivery(
    id=_DELIVERY,
    status="pending",
    webhook_id=_WEBHOOK,
    event_id=_EVENT,
    event_type="conversation:create",
    attempt_count=1,
    created_at=_TIME,
    conversation_id=_GROUP,
    due_at="2026-11-22T15:43:27.361Z",
)
_attempt = deliveries.Attempt(number=1, started_at=_TIME, milliseconds=241, status=503, response="Down for repairs")
_listed_delivery = replace(_delivery, last_attempt=replace(_attempt, response=None))
_event_record = event_records.EventRecord(
    id=_EVENT,
    type="conversation:remove",
    created_at=_TIME,
    payload={"conversation": {"id": _GROUP, "type": "sdkGroup"}, "source": {"type": "api"}},
    request_id="6ae0a1f5b022000ba7d25e90",
    key_id=f"app_{_APP}",
    conversation_id=_GROUP,
)
_recorded = recorded_requests.RecordedRequest(
    id="6ae0a1f5b022000ca7d25e90",
    request_id="6ae0a1f5b022000ba7d25e90",
    received_at=_TIME,
    duration_ms=2.184,
    method="DELETE",
    path=f"/v2/apps/{_APP}/conversations/{_GROUP}",
    status=200,
    operation="DeleteConversation",
    key_id=f"app_{_APP}",
)
_recorded_details = recorded_requests.RecordedRequestDetails(
    **asdict(_recorded),
    request=recorded_requests.RecordedMessage(headers={"authorization": f"Basic app_{_APP}"}, size=0),
    response=recorded_requests.RecordedMessage(headers={"content-type": "application/json"}, size=2, body={}),
    events=[_event_record],
)
_oauth_client = oauth.OAuthClient(
    client_id="shop",
    display_name="Shop",
    redirect_uris=["https://shop.example.org/callback"],
    remove_url="https://shop.example.org/removed",
)
_end = PageMeta(has_more=False)
_outbound = outbound.Outbound(
    id=_EVENT,
    kind="confirmation",
    conversation_id=_GROUP,
    client_id=_CLIENT,
    content={
        "to": "+12125552368",
        "message": {"author": {"type": "business"}, "content": {"type": "text", "text": "Continue here?"}},
    },
    created_at=_TIME,
)
_pending = clients.Client(id=_CLIENT, type="twilio", status="pending", integration_id=_INTEGRATION)

_media_url = "https://chat.example.org/attachments/v2/w5k0cm2v9q3n8d1xjz7rthb4ep/deck.png"

_RESPONSES: tuple[Any, ...] = (
    attachments.AttachmentResponse(attachment=attachments.Attachment(media_url=_media_url, media_type="image/png")),
    apps.AppResponse(app=_app),
    apps.AppListResponse(apps=[_app], meta=_end),
    apps.AppKeyResponse(key=_key),
    apps.AppWithSubdomainResponse(app=apps.AppWithSubdomain(**asdict(_app), subdomain="chat")),
    apps.AppKeyListResponse(keys=[_key]),
    apps.Empty(),
    clients.ClientResponse(client=_pending),
    clients.ClientListResponse(clients=[_client], meta=_end),
    devices.DeviceResponse(device=_device),
    devices.DeviceListResponse(devices=[_device]),
    inbound.InboundResponse(messages=[_message]),
    conversations.ConversationResponse(conversation=_conversation),
    conversations.ConversationListResponse(conversations=[_conversation], meta=_end),
    messages.MessagePostResponse(messages=[_message]),
    messages.MessageListResponse(messages=[_message], meta=_end),
    outbound.OutboundListResponse(outbound=[_outbound], meta=_end),
    passthrough.ConversionEventsResponse(
        conversion_events=passthrough.ConversionEvents(dataset_id=_INTEGRATION, events_received=1)
    ),
    participants.ParticipantResponse(participant=_participant),
    participants.ParticipantListResponse(participants=[_participant], meta=_end),
    users.UserResponse(user=_user),
    users.UserListResponse(users=[_identified]),
    support_users.SupportUserResponse(support_user=_support_user),
    integrations.IntegrationResponse(integration=_integration),
    integrations.IntegrationListResponse(integrations=[_integration], meta=_end),
    keys.IntegrationApiKeyResponse(key=_integration_key),
    keys.IntegrationApiKeyListResponse(keys=[_integration_key]),
    switchboards.SwitchboardResponse(switchboard=_switchboard),
    switchboards.SwitchboardListResponse(switchboards=[_switchboard]),
    switchboards.SwitchboardIntegrationResponse(switchboard_integration=_switchboard_integration),
    switchboards.SwitchboardIntegrationListResponse(switchboard_integrations=[_switchboard_integration]),
    webhooks.WebhookResponse(webhook=_webhook),
    webhooks.WebhookListResponse(webhooks=[_webhook]),
    oauth.TokenResponse(access_token="header.payload.signature", token_type="Bearer"),
    oauth.OAuthClientResponse(
        oauth_client=oauth.NewOAuthClient(**asdict(_oauth_client), client_secret="the-secret-of-the-client")
    ),
    oauth.OAuthClientListResponse(oauth_clients=[_oauth_client]),
    deliveries.DeliveryResponse(delivery=replace(_delivery, attempts=[_attempt])),
    deliveries.DeliveryListResponse(deliveries=[_listed_delivery], meta=_end),
    _event_record,
    event_records.EventRecordListResponse(events=[_event_record], meta=_end),
    recorded_requests.RecordedRequestResponse(request=_recorded_details),
    recorded_requests.RecordedRequestListResponse(requests=[_recorded], recording=True, dropped=0, meta=_end),
)
_hook = {"target": "https://example.org/hook", "triggers": ["conversation:join", "conversation:leave"]}
# In some bodies null has a meaning, so these examples are JSON rather than structs.
_BODIES: dict[Any, Any] = {
    dict[str, Any]: {},
    RedirectText: "Found. Redirecting to https://shop.example.org/callback?code=the-code",
    activities.ActivityPost: {"author": {"type": "user", "userExternalId": "ada"}, "type": "conversation:read"},
    attachments.AttachmentDeleteBody: {"mediaUrl": _media_url},
    apps.AppCreateBody: {"displayName": "Sandbox"},
    apps.AppUpdateBody: {"settings": {"multiConvoEnabled": True}},
    apps.AppKeyCreateBody: {"displayName": "Bot"},
    conversations.ConversationCreateBody: {
        "type": "sdkGroup",
        "displayName": "Crew",
        "participants": [{"userExternalId": "ada", "subscribeSDKClient": False}],
    },
    conversations.ConversationUpdateBody: {"displayName": "Night crew"},
    devices.DeviceBody: {"type": "web", "integrationId": _INTEGRATION},
    inbound.BeginConversationBody: {"reason": "startConversation", "deviceId": _DEVICE},
    inbound.InboundBody: {
        "userId": _USER,
        "deviceId": _DEVICE,
        "act": {"type": "message", "content": {"type": "text", "text": "Land ahoy!"}},
    },
    inbound.MessageOutcomeBody: {"outcome": "user"},
    inbound.ControlBody: {"action": "release", "reason": "ticketClosed"},
    linking.ClientCreateBody: {
        "matchCriteria": {"type": "twilio", "integrationId": _INTEGRATION, "phoneNumber": "+1 212-555-2368"},
        "confirmation": {"type": "prompt"},
        "target": {"conversationId": _GROUP},
    },
    linking.ClientOutcomeBody: {"outcome": "confirmed"},
    passthrough.DownloadMessageRefBody: {
        "userId": _USER,
        "apple": {
            "interactiveDataRef": {
                "url": "https://example.org/ref",
                "bid": "com.example.extension",
                "key": "00c0d1",
                "signature": "81a619",
                "owner": "M58C0A",
            }
        },
    },
    passthrough.ConversionEventsBody: {"whatsapp": {"payload": {"data": [{"event_name": "Purchase"}]}}},
    messages.MessagePost: {
        "author": {"type": "user", "userExternalId": "ada"},
        "content": {"type": "text", "text": "Land ahoy!"},
    },
    participants.ParticipantJoinBody: {"userExternalId": "ada", "subscribeSDKClient": True},
    participants.ParticipantLeaveBody: {"userExternalId": "ada"},
    users.UserCreateBody: {"externalId": "ada", "profile": {"givenName": "Ada"}},
    integrations.IntegrationCreateBody: {"type": "custom", "displayName": "Bot", "webhooks": [_hook]},
    integrations.IntegrationUpdateBody: {"displayName": "Night bot"},
    keys.IntegrationApiKeyBody: {"displayName": "Bot"},
    switchboards.SwitchboardUpdateBody: {
        "enabled": True,
        "defaultSwitchboardIntegrationId": _SWITCHBOARD_INTEGRATION,
    },
    switchboards.SwitchboardIntegrationCreateBody: {
        "name": "bot",
        "integrationId": _INTEGRATION,
        "deliverStandbyEvents": False,
    },
    switchboards.SwitchboardIntegrationUpdateBody: {"deliverStandbyEvents": True},
    switchboards.PassControlBody: {"switchboardIntegration": "next", "metadata": {"topic": "billing"}},
    switchboards.OfferControlBody: {"switchboardIntegration": "bot"},
    switchboards.AcceptControlBody: {"metadata": {"agent": "Ada"}},
    switchboards.ReleaseControlBody: {"metadata": {"solved": True}},
    webhooks.WebhookCreateBody: _hook,
    webhooks.WebhookUpdateBody: {"triggers": ["*"]},
    oauth.TokenBody: {
        "grant_type": "authorization_code",
        "code": "the-code",
        "client_id": "shop",
        "client_secret": "the-secret-of-the-client",
    },
    oauth.OAuthClientCreateBody: {"displayName": "Shop", "redirectUris": ["https://shop.example.org/callback"]},
    users.LoginBody: {"externalId": "ada", "email": "ada@example.org", "givenName": "Ada"},
    users.SyncUserBody: {"survivingZendeskId": "30045042291607"},
    support_users.SupportUserBody: {"email": "ada@example.org", "givenName": "Ada"},
    users.UserUpdateBody: {"profile": {"surname": "Lovelace"}},
}

_EXAMPLES = {
    **_BODIES, **SANDBOX_EXAMPLES, **CONSOLE_EXAMPLES, **LISTING_EXAMPLES, **MEMBERSHIP_EXAMPLES, **STREAM_EXAMPLES,
    **IMPORT_EXAMPLES,
    **PEOPLE_EXAMPLES,
}  # fmt: skip


def example_of(kind: Any) -> Any:
    """The example of a body or a response of this type, or None. That of an array has one item."""
    if get_origin(kind) is list:
        return [example_of(*get_args(kind))]
    if (example := _EXAMPLES.get(kind)) is not None:
        return example
    return next((msgspec.to_builtins(one) for one in _RESPONSES if type(one) is kind), None)
