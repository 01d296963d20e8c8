"""Calls in one app with the ids of another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.harness import Caller, error_of
from tests.robustness.bases import REFERENCE
from tests.security.calls import OFFERED, call, parameters_of
from tests.security.worlds import World

CONVERSATION = (404, "conversation_not_found", "Conversation not found")
USER = (404, "user_not_found", "User not found")
CLIENT = (404, "client_not_found", "Client not found")
DEVICE = (404, "device_not_found", "Device not found")
MESSAGE = (404, "not_found", "Message not found")
INTEGRATION = (404, "integration_not_found", "Integration not found")
SWITCHBOARD = (404, "switchboard_not_found", "Switchboard not found")
MEMBER = (404, "switchboard_integration_not_found", "SwitchboardIntegration not found")
ATTACHMENT = (404, "not_found", "Attachment not found")
SUPPORT_USER = (404, "not_found", "Support user not found")
KEY = (404, "not_found", "Resource not found")
NO_MEMBER = (404, "not_found", "User is not a member of the conversation")

Expected = tuple[int, str, str]


@dataclass
class Attempt:
    """A call in the caller's own app with an id of another app."""

    name: str
    expected: Expected
    body: Any = None
    params: dict[str, str] | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def __call__(self, caller: Caller, own: World) -> None:
        """Make the call, and check its error."""
        answer = call(caller, self.name, self.body, params=self.params, **own.ids(**self.ids))
        details = f"{self.name} {self.ids} {self.body} {self.params}: {answer.text}"
        assert answer.status_code == self.expected[0], details
        assert error_of(answer) == self.expected, details


def attempts(other: World) -> list[Attempt]:
    """Calls in the caller's own app that use every id of the other world."""
    return [
        *_by_path(other, "conversationId", other.group, CONVERSATION),
        *_by_path(other, "conversationId", other.personal, CONVERSATION),
        *_by_path(other, "userIdOrExternalId", other.users["ada"], USER),
        *_by_path(other, "userIdOrExternalId", other.lone_external_id, USER),
        *_by_path(other, "clientId", other.clients["ada"], CLIENT),
        *_by_path(other, "deviceId", other.device, DEVICE),
        *_by_path(other, "messageId", other.messages[0], MESSAGE),
        Attempt("ReportMessageOutcome", MESSAGE, body={"outcome": "channel"}, ids={"messageId": other.answer}),
        *_by_path(other, "integrationId", other.integration, INTEGRATION),
        *_by_path(other, "webhookId", other.webhook, KEY),
        *_by_path(other, "switchboardId", other.switchboard, SWITCHBOARD),
        *_by_path(other, "switchboardIntegrationId", other.switchboard_integration, MEMBER),
        Attempt("SyncUser", USER, ids={"zendeskId": other.zendesk_id}),
        Attempt("GetSupportUser", SUPPORT_USER, ids={"zendeskId": other.zendesk_id}),
        Attempt("DeleteSupportUser", SUPPORT_USER, ids={"zendeskId": other.zendesk_id}),
        Attempt("LoginUser", INTEGRATION, body={"integrationId": other.integration}),
        Attempt("GetCustomIntegrationKey", KEY, ids={"keyId": other.integration_key_id}),
        Attempt("DeleteCustomIntegrationKey", KEY, ids={"keyId": other.integration_key_id}),
        *_by_reference(other),
    ]


def _by_path(other: World, parameter: str, value: str, expected: Expected) -> list[Attempt]:
    member = {"userId": other.users["ada"], "subscribeSDKClient": False}
    bodies = {
        "JoinConversation": member,
        "LeaveConversation": {"participantId": other.participants["ada"]},
        "PostMessage": {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}},
        "PostActivity": {"author": {"type": "business"}, "type": "conversation:read"},
        "CreateClient": _link(other.channel, other.personal),
        "DownloadMessageRef": _download(other),
        "PostConversionEvents": {"whatsapp": {"payload": {"data": []}}},
        "CreateCustomIntegrationKey": {"displayName": "Mine"},
        "CreateWebhook": {"target": "https://example.invalid", "triggers": []},
        "CreateSwitchboardIntegration": {"name": "mine", "integrationId": other.integration},
        "PassControl": {"switchboardIntegration": "next"},
        "OfferControl": {"switchboardIntegration": "next"},
        "RegisterDevice": {"type": "web", "integrationId": other.site},
        "BeginConversation": {"reason": "message", "deviceId": other.device},
        "PostInbound": _typing(other, deviceId=other.device),
        "ReportMessageOutcome": {"outcome": "channel"},
        "ChangeControl": {"action": "release"},
        "SetClientOutcome": {"outcome": "blocked"},
    }
    # For these, the API document has the general 404.
    others = {"ListMessages": (404, "not_found", "Resource not found")}
    return [
        Attempt(
            operation.name,
            others.get(operation.name, expected),
            body=bodies.get(operation.name),
            ids={parameter: value},
        )
        for operation in OFFERED
        if parameter in parameters_of(operation)
    ]


def _by_reference(other: World) -> list[Attempt]:
    found = [
        Attempt("LeaveConversation", NO_MEMBER, body={"participantId": other.participants[name]})
        for name in other.users
    ]
    link, target = {"integrationId": other.integration}, other.switchboard_integration
    found += [
        Attempt("CreateSwitchboardIntegration", INTEGRATION, body={"name": "mine", **link}),
        Attempt("UpdateSwitchboardIntegration", INTEGRATION, body=link),
        Attempt("UpdateSwitchboardIntegration", MEMBER, body={"nextSwitchboardIntegrationId": target}),
        Attempt("UpdateSwitchboard", MEMBER, body={"defaultSwitchboardIntegrationId": target}),
        Attempt("CreateIntegration", MEMBER, body={"type": "web", "defaultResponderId": target}),
    ]
    found += [
        Attempt("CreateClient", CONVERSATION, body=_link(other.channel, other.personal)),
        Attempt("DownloadMessageRef", USER, body=_download(other)),
    ]
    found += _by_origin(other)
    found.append(Attempt("DeleteAttachment", ATTACHMENT, body={"mediaUrl": other.media_url}))
    for who in ({"userId": other.users["ada"]}, {"userExternalId": other.lone_external_id}):
        (filtered,) = who.values()
        member = {**who, "subscribeSDKClient": True}
        author = {"author": {"type": "user", **who}}
        found += [
            Attempt("PostMessage", USER, body={**author, "content": {"type": "text", "text": "Hello"}}),
            Attempt("PostActivity", USER, body={**author, "type": "conversation:read"}),
            Attempt("JoinConversation", USER, body=member),
            Attempt("LeaveConversation", USER, body=who),
            Attempt("CreateConversation", USER, body={"type": "sdkGroup", "participants": [member]}),
            Attempt("CreateConversation", USER, body={"type": "personal", "participants": [who]}),
            Attempt("ListConversations", USER, params={f"filter[{next(iter(who))}]": filtered}),
        ]
    return found


def _by_origin(other: World) -> list[Attempt]:
    """Acts of end users that name an integration, a device, a client, a user or a conversation of another app."""
    begin = {"reason": "startConversation"}
    return [
        Attempt("RegisterDevice", INTEGRATION, body={"type": "web", "integrationId": other.site}),
        Attempt("BeginConversation", DEVICE, body={**begin, "deviceId": other.device}),
        Attempt("BeginConversation", CLIENT, body={**begin, "clientId": other.clients["linked"]}),
        Attempt("PostInbound", USER, body=_typing(other)),
        Attempt("ChangeControl", CONVERSATION, body={"action": "release"}, ids={"conversationId": other.group}),
    ]


def _typing(world: World, **origin: str) -> dict[str, Any]:
    """The body of an act of a user."""
    return {"userId": world.users["ada"], "act": {"type": "typing:start"}, **origin}


def _download(world: World) -> dict[str, Any]:
    """The body of a reference to a message of a user."""
    return {"userId": world.users["ada"], "apple": {"interactiveDataRef": REFERENCE}}


def _link(integration: str, conversation: str) -> dict[str, Any]:
    """The body of a link request."""
    return {
        "matchCriteria": {"type": "twilio", "integrationId": integration, "phoneNumber": "+1 212-555-2368"},
        "confirmation": {"type": "immediate"},
        "target": {"conversationId": conversation},
    }


def key_attempts(other: World) -> list[Attempt]:
    """The operations on keys, which need the key of the account."""
    assert other.api.auth is not None
    return [
        Attempt(name, KEY, ids={"keyId": key_id})
        for name in ("GetAppKey", "DeleteAppKey")
        for key_id in (other.key_id, other.api.auth[0])
    ]
