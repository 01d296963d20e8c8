"""Bodies that operations accept."""

from __future__ import annotations

from typing import Any

from heliograph.wire.operations import AnyOperation
from tests.security.worlds import World
from tests.unit.integrations import INTEGRATIONS

REFERENCE = {"url": "u", "bid": "b", "key": "k", "signature": "s", "owner": "o"}
HOOK = {"target": "https://example.invalid", "triggers": []}


def base_of(operation: AnyOperation, world: World, kind: Any = None) -> dict[str, Any]:
    """A body that the operation accepts, of this kind if it accepts several; for a multipart body, its parts."""
    if operation.name == "CreateIntegration" and kind is not None:
        type_ = kind.__struct_config__.tag
        return {"type": type_, **INTEGRATIONS[type_][0]}
    member = {"userId": world.users["ada"], "subscribeSDKClient": True}
    bodies: dict[str, dict[str, Any]] = {
        "GetToken": {"code": "c", "grant_type": "authorization_code", "client_id": "i", "client_secret": "s"},
        "CreateConversation": {"type": "sdkGroup", "participants": [member]},
        "JoinConversation": member,
        "LeaveConversation": {"userId": world.users["quiet"]},
        "PostMessage": {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}},
        "PostActivity": {"author": {"type": "business"}, "type": "conversation:read"},
        "CreateIntegration": {"type": "web", "displayName": "Name"},
        "CreateClient": {
            "matchCriteria": {"type": "twilio", "integrationId": world.channel, "phoneNumber": "+15550001234"},
            "confirmation": {"type": "prompt"},
            "target": {"conversationId": world.personal},
        },
        "DownloadMessageRef": {"userId": world.users["ada"], "apple": {"interactiveDataRef": REFERENCE}},
        "PostConversionEvents": {"whatsapp": {"payload": {"data": [{}]}}},
        "CreateWebhook": HOOK,
        "UpdateWebhook": HOOK,
        "UpdateSwitchboard": {"enabled": False},
        "CreateSwitchboardIntegration": {"name": "third", "integrationId": world.integration},
        "UpdateSwitchboardIntegration": {"name": "third"},
        "PassControl": {"switchboardIntegration": "other"},
        "OfferControl": {"switchboardIntegration": "other"},
        "AcceptControl": {"metadata": {}},
        "ReleaseControl": {"metadata": {}},
        "UploadAttachment": {"source": b"GIF89a"},
        "RegisterDevice": {"type": "web", "integrationId": world.site},
        "BeginConversation": {"reason": "startConversation", "deviceId": world.device},
        "PostInbound": {"userId": world.users["ada"], "deviceId": world.device, "act": {"type": "typing:start"}},
        "ReportMessageOutcome": {"outcome": "channel"},
        "ChangeControl": {"action": "release"},
        "SetClientOutcome": {"outcome": "blocked"},
        "DeleteAttachment": {"mediaUrl": world.media_url},
    }
    return bodies.get(operation.name, {"displayName": "Name"})
