"""A minimal and a full example of every body of the table, and of each type of a tagged union."""

from __future__ import annotations

from typing import Any

from heliograph.wire import apps, bulk, conversations, imports, integrations, participants, users
from heliograph.wire.activities import ActivityPost
from heliograph.wire.attachments import AttachmentDeleteBody
from heliograph.wire.chaos import ChaosBody
from heliograph.wire.devices import DeviceBody
from heliograph.wire.inbound import BeginConversationBody, ControlBody, InboundBody, MessageOutcomeBody
from heliograph.wire.keys import IntegrationApiKeyBody
from heliograph.wire.linking import ClientCreateBody, ClientOutcomeBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.oauth import OAuthClientCreateBody, TokenBody
from heliograph.wire.operations import BodyType
from heliograph.wire.passthrough import ConversionEventsBody, DownloadMessageRefBody
from heliograph.wire.support_users import SupportUserBody
from heliograph.wire.switchboards import (
    AcceptControlBody,
    OfferControlBody,
    PassControlBody,
    ReleaseControlBody,
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationUpdateBody,
    SwitchboardUpdateBody,
)
from heliograph.wire.webhooks import WebhookCreateBody, WebhookUpdateBody
from tests.unit.chaos_rules import RULES
from tests.unit.contents import CONTENTS, JSON, METADATA, PICTURE
from tests.unit.integrations import FULL_WEBHOOK, INTEGRATIONS, IOS, WEBHOOK
from tests.unit.sandbox_bodies import SANDBOX_BODIES

_settings = {
    "conversationRetentionSeconds": 3600,
    "maskCreditCardNumbers": True,
    "useAnimalNames": False,
    "echoPostback": True,
    "ignoreAutoConversationStart": False,
    "multiConvoEnabled": True,
    "appLocalizationEnabled": False,
    "endSessionEnabled": True,
    "disableConversationReopen": False,
}
_profile = {
    "givenName": "Grace",
    "surname": "Darling",
    "email": "grace@example.invalid",
    "avatarUrl": PICTURE,
    "locale": "en-GB",
}
_named = {"displayName": "Harbour", "description": "All about boats", "iconUrl": PICTURE, "metadata": METADATA}

_business = {"type": "business"}
_author = {
    "type": "user",
    "subtypes": ["AI"],
    "userExternalId": "grace",
    "brandId": "417",
    "displayName": "Grace",
    "avatarUrl": PICTURE,
}
_override = {
    "apple": {"payload": {"a": [1]}, "withCapabilities": ["LIST", "AUTH2"]},
    "line": {"payload": {}},
    "messenger": {"payload": {"b": None}},
    "whatsapp": {"payload": {"c": "d"}},
}


def _message(type: str, content: JSON, **more: Any) -> JSON:
    more |= {"schema": "whatsapp"} if type == "template" else {}
    return {"author": _business, "content": {"type": type, **content}, **more}


_text = _message("text", {"text": "Is this you?", "actions": [{"type": "link", "text": "Yes", "uri": "https://a.org"}]})
_member = {"userExternalId": "grace", "subscribeSDKClient": True}
_ref = {"url": "https://example.invalid/ref", "bid": "b", "key": "k", "signature": "s", "owner": "o"}
_download = {"userId": "u", "apple": {"interactiveDataRef": _ref}}
_events = {"payload": {"data": [{"event": "Purchase"}]}}
_place = {"deliverStandbyEvents": False, "nextSwitchboardIntegrationId": "n", "messageHistoryCount": 10}
_token = {"code": "c", "grant_type": "authorization_code", "client_id": "i", "client_secret": "s"}
_control = {"switchboardIntegration": "next"}
_metadata: JSON = {"metadata": METADATA}


def _linking(type: str, **criteria: str) -> tuple[BodyType, JSON, JSON]:
    least = {"type": type, "integrationId": "i", **criteria}
    full = {**least, "primary": False, **({"subject": "Hello"} if type == "mailgun" else {})}
    target = {"conversationId": "c"}
    return (
        ClientCreateBody,
        {"matchCriteria": least, "confirmation": {"type": "immediate"}, "target": target},
        {"matchCriteria": full, "confirmation": {"type": "prompt", "message": _text}, "target": target},
    )


Example = tuple[BodyType, JSON, JSON]
_TEXT = {"type": "text", "text": "Fog"}
_ACTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"type": "message", "content": _TEXT},
        {"type": "message", "content": _TEXT, "metadata": METADATA, "quotedMessageId": "m"},
    ),
    (
        {"type": "postback", "payload": "BOOK"},
        {"type": "postback", "payload": "BOOK", "messageId": "m", "metadata": METADATA},
    ),
    ({"type": "typing:start"}, {"type": "typing:start"}),
    ({"type": "typing:stop"}, {"type": "typing:stop"}),
    ({"type": "conversation:read"}, {"type": "conversation:read"}),
    ({"type": "referral", "code": "c"}, {"type": "referral", "code": "c", "details": {"from": "ad"}}),
]

EXAMPLES: dict[str, Example] = {
    "app": (
        apps.AppCreateBody,
        {"displayName": "A"},
        {"displayName": "A", "settings": _settings, "metadata": METADATA},
    ),
    "app update": (apps.AppUpdateBody, {}, {"displayName": "A", "settings": _settings, "metadata": METADATA}),
    "app key": (apps.AppKeyCreateBody, {"displayName": "A"}, {"displayName": "A"}),
    "chaos": (ChaosBody, {"rules": []}, {"seed": 7, "rules": RULES}),
    "attachment": (AttachmentDeleteBody, {"mediaUrl": PICTURE}, {"mediaUrl": PICTURE}),
    "conversation": (
        conversations.ConversationCreateBody,
        {"type": "personal", "participants": [{"userId": "u"}]},
        {"type": "sdkGroup", "participants": [_member, {"userId": "u", "subscribeSDKClient": False}], **_named},
    ),
    "conversation update": (conversations.ConversationUpdateBody, {}, _named),
    "join": (participants.ParticipantJoinBody, {"userId": "u", "subscribeSDKClient": True}, _member),
    "leave": (participants.ParticipantLeaveBody, {"participantId": "p"}, {"userExternalId": "grace"}),
    **{
        type: (MessagePost, _message(type, least), _message(type, full, metadata=METADATA))
        for type, (least, full) in CONTENTS.items()
    },
    "bulk": (
        bulk.BulkParticipantsBody,
        {"items": [{"type": "leave", "participantId": "p"}]},
        {
            "items": [
                {"type": "join", "userId": "u", "subscribeSDKClient": True},
                {"type": "join", "userExternalId": "grace", "subscribeSDKClient": True},
                {"type": "leave", "userId": "u"},
                {"type": "leave", "userExternalId": "grace"},
                {"type": "leave", "participantId": "p"},
            ],
            "atomic": True,
        },
    ),
    "import": (
        imports.ImportBody,
        {"records": []},
        {
            "records": [
                {"kind": "user", "user": {}},
                {"kind": "client", "userId": "0" * 24, "client": {}},
                {"kind": "device", "userId": "0" * 24, "device": {}},
                {"kind": "conversation", "conversation": {}},
                {"kind": "message", "conversationId": "0" * 24, "message": {}},
                {"kind": "participant", "conversationId": "0" * 24, "participant": {}},
                {"kind": "leave", "conversationId": "0" * 24, "participantId": "0" * 24},
            ]
        },
    ),
    "leave by user": (participants.ParticipantLeaveBody, {"userId": "u"}, {"userId": "u"}),
    "targeted message": (
        MessagePost,
        _message("text", {"text": "Fog"}),
        _message("text", {"text": "Fog"}, destination={"integrationId": "i"}),
    ),
    **{
        f"{type} in Markdown": (
            MessagePost,
            _message(type, {"mediaUrl": PICTURE}),
            _message(type, {"mediaUrl": PICTURE, "markdownText": "*Fog*"}),
        )
        for type in ("file", "image")
    },
    "whole message": (
        MessagePost,
        {"author": {"type": "user", "userId": "u"}, "content": {"type": "text", "markdownText": "*Fog*"}},
        {
            **_message("text", {"markdownText": "*Fog*"}),
            "author": _author,
            "destination": {"integrationType": "none"},
            "override": _override,
            "schema": "whatsapp",
        },
    ),
    "activity": (
        ActivityPost,
        {"author": _business, "type": "typing:start"},
        {"author": _author, "type": "conversation:read"},
    ),
    "pass": (PassControlBody, _control, {**_control, **_metadata}),
    "offer": (OfferControlBody, _control, {**_control, **_metadata}),
    "accept": (AcceptControlBody, {}, _metadata),
    "release": (ReleaseControlBody, {}, _metadata),
    "download": (DownloadMessageRefBody, _download, _download),
    **{
        f"conversion {name}": (ConversionEventsBody, {name: {"payload": {"data": []}}}, {name: _events})
        for name in ("messenger", "instagram", "whatsapp")
    },
    **{
        f"integration {type}": (integrations.IntegrationCreateBody, {"type": type, **least}, {"type": type, **full})
        for type, (least, full) in INTEGRATIONS.items()
    },
    "integration update": (
        integrations.IntegrationUpdateBody,
        {},
        {
            **{name: value for _, full in INTEGRATIONS.values() for name, value in full.items()},
            **IOS,
            "password": "p",
        },
    ),
    "integration key": (IntegrationApiKeyBody, {"displayName": "A"}, {"displayName": "A"}),
    "webhook": (WebhookCreateBody, WEBHOOK, FULL_WEBHOOK),
    "webhook update": (WebhookUpdateBody, {}, FULL_WEBHOOK),
    "switchboard update": (SwitchboardUpdateBody, {}, {"enabled": True, "defaultSwitchboardIntegrationId": "d"}),
    "switchboard integration": (
        SwitchboardIntegrationCreateBody,
        {"name": "bot", "integrationType": "x:y"},
        {"name": "the-bot_1", "integrationId": "i", **_place},
    ),
    "switchboard integration update": (
        SwitchboardIntegrationUpdateBody,
        {"integrationId": "i"},
        {"name": "bot", "integrationType": "t", **_place},
    ),
    "user": (
        users.UserCreateBody,
        {},
        {
            "externalId": "grace",
            "brandId": "417",
            "signedUpAt": "2026-01-02T03:04:05.678+01:00",
            "toBeRetained": True,
            "profile": _profile,
            "metadata": METADATA,
        },
    ),
    "user update": (
        users.UserUpdateBody,
        {},
        {"signedUpAt": "2026-01-02T03:04:05Z", "toBeRetained": False, "profile": _profile, "metadata": METADATA},
    ),
    "login": (
        users.LoginBody,
        {},
        {
            "externalId": "grace",
            "email": "grace@example.invalid",
            "zendeskId": "99",
            "givenName": "Grace",
            "surname": "Hopper",
            "integrationId": "i",
        },
    ),
    "support user": (
        SupportUserBody,
        {},
        {
            "externalId": "grace",
            "email": "grace@example.invalid",
            "givenName": "Grace",
            "surname": "Hopper",
            "brandId": "417",
        },
    ),
    "sync": (users.SyncUserBody, {}, {"survivingZendeskId": "99"}),
    "link mailgun": _linking("mailgun", address="grace@example.invalid"),
    "link messagebird": _linking("messagebird", phoneNumber="+44 1665-710000"),
    "link twilio": _linking("twilio", phoneNumber="+44 1665-710000"),
    "link whatsapp": _linking("whatsapp", phoneNumber="+44 1665-710000"),
    "outcome": (
        ClientOutcomeBody,
        {"outcome": "matched"},
        {"outcome": "failed", "error": {"code": "forbidden", "message": "Blocked"}},
    ),
    "device": (
        DeviceBody,
        {"type": "web", "integrationId": "i"},
        {
            "type": "android",
            "integrationId": "i",
            "info": {"os": "Linux"},
            "pushNotificationToken": "t",
            "appVersion": "1",
            "status": "inactive",
        },
    ),
    "beginning": (
        BeginConversationBody,
        {"reason": "message"},
        {"reason": "linkRequest", "deviceId": "d", "referral": {"code": "c", "details": {"from": "ad"}}},
    ),
    "beginning on a client": (BeginConversationBody, {"reason": "message"}, {"reason": "message", "clientId": "c"}),
    **{
        f"act {act['type']}": (InboundBody, {"userId": "u", "act": act}, {"userId": "u", "deviceId": "d", "act": full})
        for act, full in _ACTS
    },
    "act on a client": (
        InboundBody,
        {"userId": "u", "act": {"type": "typing:start"}},
        {"userId": "u", "clientId": "c", "act": {"type": "typing:stop"}},
    ),
    "message outcome": (
        MessageOutcomeBody,
        {"outcome": "user"},
        {
            "outcome": "failure",
            "destination": {"type": "web", "integrationId": "i"},
            "isFinalEvent": True,
            "externalMessages": [{"id": "x"}],
            "error": {"code": "forbidden", "message": "Blocked"},
        },
    ),
    "control": (
        ControlBody,
        {"action": "release"},
        {"action": "pass", "switchboardIntegration": "bot", "reason": "ticketClosed", "metadata": METADATA},
    ),
    "oauth client": (
        OAuthClientCreateBody,
        {"displayName": "Shop", "redirectUris": ["https://shop.example.invalid/callback"]},
        {
            "displayName": "Shop",
            "redirectUris": ["https://shop.example.invalid/callback"],
            "removeUrl": "https://shop.example.invalid/removed",
            "clientId": "shop",
        },
    ),
    "token": (TokenBody, _token, {**_token, "redirect_uri": "https://example.invalid"}),
    **SANDBOX_BODIES,
}
