"""A minimal and a full example of each type of message content."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

METADATA = {"tide": "low", "depth": 4.5, "open": True, "crew": 3, "gone": None}
PICTURE = "https://example.invalid/lamp.png"

_options = {"messenger": {"messenger_extensions": True, "webview_share_button": "hide"}}
_buy = {"type": "buy", "text": "Ticket", "amount": 450, "currency": "gbp", "metadata": METADATA}
_link = {
    "type": "link",
    "text": "Tides",
    "uri": "https://example.invalid/tides",
    "default": True,
    "metadata": METADATA,
    "extraChannelOptions": _options,
}
_location_request = {"type": "locationRequest", "text": "Where are you?", "metadata": METADATA}
_postback = {"type": "postback", "text": "Book", "payload": "BOOK", "metadata": METADATA}
_reply = {"type": "reply", "text": "Aye", "payload": "YES", "metadata": METADATA, "iconUrl": PICTURE}
_webview = {
    "type": "webview",
    "text": "Map",
    "uri": "https://example.invalid/map",
    "fallback": "https://example.invalid/map.txt",
    "default": False,
    "metadata": METADATA,
    "extraChannelOptions": _options,
    "size": "tall",
    "openOnReceive": True,
}
_actions = [_buy, _link, _location_request, _postback, _reply, _webview]
_item = {
    "title": "Ferry",
    "description": "Twice a day",
    "mediaUrl": PICTURE,
    "mediaType": "image/png",
    "altText": "A ferry",
    "size": "large",
    "actions": [_link, _postback, _buy],
    "metadata": METADATA,
}
_small_item = {"title": "Ferry", "actions": [{"type": "postback", "text": "Book", "payload": "B"}]}
FIELD = {
    "type": "select",
    "name": "boat",
    "label": "Which boat?",
    "text": "the small one",
    "email": "skipper@example.invalid",
    "select": [{"name": "s", "label": "Small"}],
    "format": "integer",
}
_form_field = {
    **FIELD,
    "placeholder": "Choose",
    "minSize": 2,
    "maxSize": 20,
    "options": [{"name": "s", "label": "Small"}, {"name": "l", "label": "Large"}],
}
_small_field = {"type": "text", "name": "n", "label": "Name"}
_rich = {"text": "Fog", "htmlText": "<b>Fog</b>", "blockChatInput": True}

CONTENTS: dict[str, tuple[JSON, JSON]] = {
    "text": ({"text": "Fog"}, {**_rich, "actions": _actions, "payload": "FOG"}),
    "carousel": (
        {"items": [_small_item]},
        {"items": [_item] * 10, "blockChatInput": False, "displaySettings": {"imageAspectRatio": "square"}},
    ),
    "file": (
        {"mediaUrl": "https://example.invalid/a"},
        {"mediaUrl": PICTURE, "altText": "A", "attachmentId": "1", **_rich},
    ),
    "form": ({"fields": [_small_field]}, {"fields": [_form_field], "text": "A form", "blockChatInput": True}),
    "formResponse": ({"fields": [_small_field]}, {"fields": [{**FIELD, "quotedMessageId": "5"}]}),
    "image": (
        {"mediaUrl": "https://example.invalid/a"},
        {"mediaUrl": PICTURE, "altText": "A", "attachmentId": "1", **_rich, "actions": _actions},
    ),
    "list": ({"items": [_small_item]}, {"items": [_item], "actions": [_link], "blockChatInput": False}),
    "location": (
        {"coordinates": {"lat": 55, "long": -1.6}},
        {
            "coordinates": {"lat": 55.6, "long": -1.6},
            "blockChatInput": False,
            "location": {"address": "Longstone", "name": "The lighthouse"},
        },
    ),
    "template": ({"template": {}}, {"template": {"name": "fog"}, "blockChatInput": True}),
}
