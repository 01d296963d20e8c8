"""A minimal and a full example of each type of integration."""

from __future__ import annotations

from tests.unit.contents import FIELD, JSON, PICTURE

_web = {
    "brandColor": "0a6",
    "fixedIntroPane": True,
    "conversationColor": "00AA66",
    "actionColor": "123456",
    "displayStyle": "tab",
    "buttonIconUrl": PICTURE,
    "buttonWidth": "60",
    "buttonHeight": "61",
    "integrationOrder": ["a", "b"],
    "businessName": "Harbour office",
    "businessIconUrl": PICTURE,
    "backgroundImageUrl": PICTURE,
    "originWhitelist": ["https://example.invalid"],
    "prechatCapture": {"avatarUrl": PICTURE, "enabled": True, "enableEmailLinking": False, "fields": [FIELD]},
}
_android = {
    "projectId": "p",
    "clientEmail": "robot@example.invalid",
    "privateKey": "k",
    "serverKey": "s",
    "senderId": "9",
}
IOS = {"certificate": "Y2VydA==", "password": "", "production": True, "autoUpdateBadge": False}
_sdk = {"canUserSeeConversationList": True, "canUserCreateMoreConversations": False}
_channel = {"displayName": "Ours", "defaultResponderId": "r", "showAIDisclaimer": False}
WEBHOOK = {"target": "https://example.invalid/hook", "triggers": ["conversation:join"]}
FULL_WEBHOOK = {**WEBHOOK, "includeFullUser": True, "includeFullSource": False}
_apple = {"businessId": "b", "apiSecret": "s", "mspId": "m"}
_instagram = {"pageAccessToken": "t", "appId": "a", "appSecret": "s"}
_whatsapp = {"hsmFallbackLanguage": "nl", "accountId": "1", "accountManagementAccessToken": "t"}
_mailgun = {"apiKey": "k", "domain": "example.invalid", "incomingAddress": "in@example.invalid"}

INTEGRATIONS: dict[str, tuple[JSON, JSON]] = {
    "android": ({}, {**_channel, **_sdk, **_android}),
    "apple": (_apple, {**_channel, **_apple, "authenticationMessageSecret": "x" * 88}),
    "custom": ({"webhooks": [WEBHOOK]}, {"displayName": "Bot", "webhooks": [FULL_WEBHOOK]}),
    "instagram": (
        _instagram,
        {**_channel, **_instagram, "storyRepliesEnabled": True, "storyMentionsEnabled": False},
    ),
    "ios": ({}, {**_channel, **_sdk, **IOS}),
    "line": (
        {},
        {
            **_channel,
            "channelId": "c",
            "channelSecret": "s",
            "channelAccessToken": "t",
            "serviceCode": "z",
            "switcherSecret": "w",
            "qrCodeUrl": PICTURE,
        },
    ),
    "mailgun": (
        _mailgun,
        {**_channel, **_mailgun, "signingKey": "s", "hideUnsubscribeLink": True, "fromAddress": "f@example.invalid"},
    ),
    "messagebird": (
        {"accessKey": "a", "signingKey": "s", "originator": "31"},
        {**_channel, "accessKey": "a", "signingKey": "s", "originator": "31"},
    ),
    "messenger": (_instagram, {**_channel, **_instagram, "pageId": 12, "pageName": "Harbour"}),
    "telegram": ({"token": "t"}, {**_channel, "token": "t"}),
    "twilio": (
        {"accountSid": "a", "authToken": "t", "phoneNumberSid": "p"},
        {**_channel, "accountSid": "a", "authToken": "t", "phoneNumberSid": "p", "messagingServiceSid": "m"},
    ),
    "twitter": (
        {
            "tier": "enterprise",
            "consumerKey": "k",
            "consumerSecret": "s",
            "accessTokenKey": "t",
            "accessTokenSecret": "u",
        },
        {
            **_channel,
            "tier": "enterprise",
            "consumerKey": "k",
            "consumerSecret": "s",
            "accessTokenKey": "t",
            "accessTokenSecret": "u",
        },
    ),
    "unity": ({}, {**_channel, **_sdk}),
    "viber": ({"token": "t"}, {**_channel, "token": "t"}),
    "web": ({}, {**_channel, **_sdk, **_web}),
    "whatsapp": ({}, {**_channel, **_whatsapp}),
}

CREDENTIALS = {
    "privateKey", "serverKey", "certificate", "password", "apiSecret", "appSecret", "pageAccessToken",
    "authenticationMessageSecret", "channelSecret", "channelAccessToken", "switcherSecret", "apiKey", "signingKey",
    "accessKey", "token", "authToken", "consumerKey", "consumerSecret", "accessTokenKey", "accessTokenSecret",
    "accountManagementAccessToken", "webhookSecret",
}  # fmt: skip
"""The fields of integrations that are credentials."""
