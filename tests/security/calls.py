"""Calls by the names of the operations table, and a walk through all of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from heliograph.wire.formats import Json, JsonOrForm, Multipart
from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from tests.harness import Auth, Caller

END_USERS = [operation for operation in EXTENSIONS if operation.tag == "End users"]
"""The extensions that act as end users and channels. tests/security/test_extensions.py covers the others."""
OFFERED = [*OPERATIONS, *END_USERS]
BY_NAME = {operation.name: operation for operation in OFFERED}
MISSING = "0" * 24

Authorize = Callable[[AnyOperation, Auth, Auth], str]


def parameters_of(operation: AnyOperation) -> list[str]:
    """The names of the parameters in the path of an operation."""
    return re.findall(r"\{(\w+)\}", operation.path)


def path_of(operation: AnyOperation, **ids: str) -> str:
    """The path with these ids. Missing ids are replaced by an id that does not exist."""
    return re.sub(r"\{(\w+)\}", lambda found: quote(ids.get(found[1], MISSING), safe=""), operation.path)


def call(caller: Caller, name: str, body: Any = None, *, params: Any = None, **ids: str) -> httpx.Response:
    """Call an operation in the caller's app, or in the app that `ids` names."""
    operation = BY_NAME[name]
    path = path_of(operation, **{"appId": caller.app_id, **ids})
    return caller(operation.method, path, {} if body is None and operation.body.kind else body, params=params)


def smallest_body(operation: AnyOperation) -> dict[str, Any]:
    """The arguments of a request with the smallest body in the format of the operation, whether valid or not."""
    match operation.body:
        case Multipart():
            return {"files": {"source": ("x.txt", b"x")}, "params": dict.fromkeys(operation.required, "public")}
        case JsonOrForm():
            return {"data": {"x": "x"}}
        case Json():
            return {"json": {}}
    return {}


def basic(key_id: str, secret: str) -> str:
    """The `Authorization` header of a key."""
    return "Basic " + base64.b64encode(f"{key_id}:{secret}".encode()).decode()


def by_key(operation: AnyOperation, app_key: Auth, account_key: Auth) -> str:
    """The key of the lowest scope that may call the operation."""
    return basic(*(account_key if operation.scope is Scope.ACCOUNT else app_key))


class Walk:
    """Calls every offered operation, and keeps the responses.

    `word` returns the text for a field, by name; `authorize` returns the `Authorization` header of a call.
    """

    def __init__(self, account: Caller, word: Callable[[str], str] = str, authorize: Authorize = by_key) -> None:
        assert account.auth is not None
        self._account = account
        self._account_key = self._key = account.auth
        self._word = word
        self._authorize = authorize
        self._app_id = ""
        self.answers: list[tuple[AnyOperation, httpx.Response]] = []
        self.secrets: set[str] = set()
        """The secrets of OAuth: the client secret, the code and the token."""

    def call(self, name: str, body: Any = None, *, params: Any = None, files: Any = None, **ids: str) -> Any:
        """Call one operation; returns the JSON of its response."""
        authorization = self._authorize(BY_NAME[name], self._key, self._account_key)
        return self._send(name, authorization, body, params=params, files=files, **ids).json()

    def _send(self, name: str, authorization: str, body: Any = None, **given: Any) -> httpx.Response:
        operation = BY_NAME[name]
        more = {option: given.pop(option, None) for option in ("params", "files")}
        path = path_of(operation, **{"appId": self._app_id, **given})
        headers = {"authorization": authorization}
        answer = self._account(operation.method, path, body, headers=headers, auth=None, **more)
        self.answers.append((operation, answer))
        return answer

    def run(self) -> list[tuple[AnyOperation, httpx.Response]]:
        """Make all calls, from the creation of an app to its deletion."""
        word = self._word
        app = {"displayName": word("app"), "metadata": {word("app_key"): word("app_value")}}
        self._app_id = self.call("CreateApp", app)["app"]["id"]
        key = self.call("CreateAppKey", {"displayName": word("key")})["key"]
        self._key = (key["id"], key["secret"])
        self.call("ListApps", params={"page[size]": 100})
        self.call("GetApp")
        self.call("UpdateApp", {"displayName": word("app_again")})
        self.call("ListAppKeys")
        self.call("GetAppKey", keyId=key["id"])
        ada = self._users()
        self._conversations(ada)
        self.call("DeleteUserPersonalInformation", userIdOrExternalId=ada)
        self.call("DeleteUser", userIdOrExternalId=ada)
        self._integrations()
        self._attachments()
        self._oauth()
        spare = self.call("CreateAppKey", {"displayName": word("spare_key")})["key"]["id"]
        self.call("DeleteAppKey", keyId=spare)
        self.call("DeleteApp")
        return self.answers

    def _users(self) -> str:
        word = self._word
        profile = {
            "givenName": word("given_name"),
            "surname": word("surname"),
            "email": f"{word('email')}@example.invalid",
            "avatarUrl": f"https://example.invalid/{word('avatar')}",
            "locale": word("locale"),
        }
        ada: str = self.call(
            "CreateUser",
            {
                "externalId": word("external_id"),
                "brandId": word("brand")[:24],
                "signedUpAt": "2020-05-21T15:53:30.197Z",
                "profile": profile,
                "metadata": {word("user_key"): word("user_value"), "number": 1.5, "yes": True},
            },
        )["user"]["id"]
        self.call("GetUser", userIdOrExternalId=word("external_id"))
        self.call("UpdateUser", {"profile": {"surname": word("new_surname")}}, userIdOrExternalId=ada)
        self._identities(ada)
        return ada

    def _identities(self, ada: str) -> None:
        word = self._word
        support = {"zendeskId": word("zendesk_id")}
        email = f"{word('identity')}@example.invalid"
        names = {"givenName": word("login_given_name"), "surname": word("login_surname")}
        self.call("LoginUser", {"email": email, **support, **names}, userIdOrExternalId=ada)
        self.call("ListUsers", params={"filter[identities.email]": email, "brandId": word("brand")[:24]})
        kept = {"givenName": word("support_given_name"), "email": f"{word('support_email')}@example.invalid"}
        self.call("PutSupportUser", kept, **support)
        self.call("GetSupportUser", **support)
        self.call("SyncUser", {"survivingZendeskId": word("surviving_zendesk_id")}, **support)
        self.call("DeleteSupportUser", **support)

    def _integrations(self) -> None:
        word = self._word
        hook = {"target": f"https://example.invalid/{word('hook')}", "triggers": ["conversation:join"]}
        made = self.call(
            "CreateIntegration", {"type": "custom", "displayName": word("integration"), "webhooks": [hook]}
        )["integration"]
        own = {"integrationId": made["id"]}
        self.call("ListIntegrations", params={"filter[types]": "custom,web"})
        self.call("GetIntegration", **own)
        self.call("UpdateIntegration", {"displayName": word("integration_again")}, **own)
        key = self.call("CreateCustomIntegrationKey", {"displayName": word("integration_key")}, **own)["key"]["id"]
        self.call("ListCustomIntegrationKeys", **own)
        self.call("GetCustomIntegrationKey", **own, keyId=key)
        self.call("DeleteCustomIntegrationKey", **own, keyId=key)
        webhook = self.call("CreateWebhook", {**hook, "triggers": ["*"]}, **own)["webhook"]["id"]
        self.call("ListWebhooks", **own)
        self.call("GetWebhook", **own, webhookId=webhook)
        self.call("UpdateWebhook", {"includeFullUser": True}, **own, webhookId=webhook)
        self.call("DeleteWebhook", **own, webhookId=webhook)
        self._switchboard(made["id"])
        self.call("DeleteIntegration", **own)

    def _switchboard(self, integration: str) -> None:
        word = self._word
        own = {"switchboardId": self.call("CreateSwitchboard")["switchboard"]["id"]}
        self.call("ListSwitchboards")
        linked = {"name": word("switchboard_integration"), "integrationId": integration}
        member = self.call("CreateSwitchboardIntegration", linked, **own)["switchboardIntegration"]["id"]
        named = {**own, "switchboardIntegrationId": member}
        self.call("ListSwitchboardIntegrations", **own)
        self.call("UpdateSwitchboardIntegration", {"name": word("switchboard_integration_again")}, **named)
        self.call("DeleteSwitchboardIntegration", **named)
        default = self.call("CreateSwitchboardIntegration", linked, **own)["switchboardIntegration"]["id"]
        self.call("UpdateSwitchboard", {"enabled": True, "defaultSwitchboardIntegrationId": default}, **own)
        self._control(default)
        self.call("DeleteSwitchboard", **own)

    def _control(self, default: str) -> None:
        word = self._word
        metadata = {"metadata": {word("control_key"): word("control_value")}}
        group = self.call("CreateConversation", {"type": "sdkGroup"})["conversation"]["id"]
        self.call("PassControl", {"switchboardIntegration": default, **metadata}, conversationId=group)
        unknown = {"switchboardIntegration": word("target"), **metadata}
        for name in ("PassControl", "OfferControl"):
            self.call(name, unknown, conversationId=group)
        for name in ("AcceptControl", "ReleaseControl"):
            self.call(name, metadata, conversationId=group)
        self.call("ChangeControl", {"action": "release", "reason": "ticketClosed", **metadata}, conversationId=group)

    def _attachments(self) -> None:
        word = self._word
        file = (f"{word('file')}.txt", word("content").encode(), "text/plain")
        made = self.call("UploadAttachment", params={"access": "public"}, files={"source": file})["attachment"]
        self.call("DeleteAttachment", {"mediaUrl": made["mediaUrl"]})

    def _oauth(self) -> None:
        word = self._word
        partner = {"displayName": word("partner"), "redirectUris": [f"https://example.invalid/{word('redirect')}"]}
        path = "/heliograph/v1/oauthClients"
        client = self._account.ok("POST", path, partner)["oauthClient"]
        asked = {"client_id": client["clientId"], "response_type": "code", "state": word("state")}
        key = self._authorize(BY_NAME["Authorize"], self._key, self._account_key)
        location = self._send("Authorize", key, params=asked).headers["location"]
        credentials = {"client_id": client["clientId"], "client_secret": client["clientSecret"]}
        code = parse_qs(urlsplit(location).query)["code"][0]
        exchanged = {**credentials, "grant_type": "authorization_code", "code": code}
        token = self.call("GetToken", exchanged)["access_token"]
        self.secrets |= {client["clientSecret"], code, token, token.rpartition(".")[2]}
        self.call("GetTokenInfo")
        self._send("RevokeAccess", f"Bearer {token}")
        self._account.ok("DELETE", f"{path}/{client['clientId']}")

    def _conversations(self, ada: str) -> None:
        word = self._word
        named = {
            "displayName": word("conversation"),
            "description": word("description"),
            "iconUrl": f"https://example.invalid/{word('icon')}",
            "metadata": {word("conversation_key"): word("conversation_value")},
        }
        member = {"userId": ada, "subscribeSDKClient": True}
        group = self.call("CreateConversation", {"type": "sdkGroup", **named})["conversation"]["id"]
        alone = {"type": "personal", "participants": [{"userId": ada}]}
        personal = self.call("CreateConversation", alone)["conversation"]["id"]
        self.call("JoinConversation", member, conversationId=group)
        self.call("ListConversations", params={"filter[userExternalId]": word("external_id")})
        self.call("ListConversations", params={"filter[userId]": ada, "page[size]": 1})
        self.call("GetConversation", conversationId=group)
        self.call("UpdateConversation", {"description": word("new_description")}, conversationId=group)
        self.call("ListParticipants", conversationId=group)
        self._messages(group, ada)
        self._devices(ada)
        self._clients(personal, ada)
        self.call("LeaveConversation", {"userExternalId": word("external_id")}, conversationId=group)
        self.call("DeleteConversation", conversationId=group)

    def _clients(self, personal: str, ada: str) -> None:
        word = self._word
        channel = {
            "type": "whatsapp",
            "displayName": word("channel"),
            "accountId": word("account_id"),
            "accountManagementAccessToken": word("access_token"),
        }
        integration = self.call("CreateIntegration", channel)["integration"]["id"]
        message = {"author": {"type": "business"}, "content": {"type": "text", "text": word("confirmation")}}
        link = {
            "matchCriteria": {"type": "whatsapp", "integrationId": integration, "phoneNumber": "+1 212-555-2368"},
            "confirmation": {"type": "immediate", "message": message},
            "target": {"conversationId": personal},
        }
        client = self.call("CreateClient", link, userIdOrExternalId=ada)["client"]["id"]
        self.call("ListClients", userIdOrExternalId=ada)
        self.call("ListOutbound", params={"filter[clientId]": client})
        events = {"whatsapp": {"payload": {"data": [{"event_name": word("conversion")}]}}}
        self.call("PostConversionEvents", events, conversationId=personal)
        # No operation creates an Apple client.
        names = ("url", "bid", "key", "signature", "owner")
        reference = {"userId": ada, "apple": {"interactiveDataRef": {name: word(name) for name in names}}}
        self.call("DownloadMessageRef", reference, conversationId=personal)
        self.call("SetClientOutcome", {"outcome": "blocked"}, userIdOrExternalId=ada, clientId=client)
        self.call("RemoveClient", userIdOrExternalId=ada, clientId=client)

    def _devices(self, ada: str) -> None:
        word = self._word
        site = self.call("CreateIntegration", {"type": "web", "displayName": word("site")})["integration"]["id"]
        body = {"type": "web", "integrationId": site, "info": {word("info_key"): word("info_value")}}
        body["pushNotificationToken"] = word("push")
        device = self.call("RegisterDevice", body, userIdOrExternalId=ada, guid=word("guid"))["device"]["id"]
        self.call("ListDevices", userIdOrExternalId=ada)
        self.call("GetDevice", userIdOrExternalId=ada, deviceId=device)
        self._acts(ada, device)

    def _acts(self, ada: str, device: str) -> None:
        word = self._word
        details = {word("referral_key"): word("referral_value")}
        referral = {"code": word("referral_code"), "details": details}
        begin = {"reason": "startConversation", "deviceId": device, "referral": referral}
        own = {"conversationId": self.call("BeginConversation", begin, userIdOrExternalId=ada)["conversation"]["id"]}
        metadata = {word("act_key"): word("act_value")}
        text = {"type": "message", "content": {"type": "text", "text": word("act_text")}, "metadata": metadata}
        for act in (text, {"type": "postback", "payload": word("act_payload")}, {"type": "referral", **referral}):
            self.call("PostInbound", {"userId": ada, "deviceId": device, "act": act}, **own)
        reply = {"author": {"type": "business"}, "content": {"type": "text", "text": word("reply")}}
        (message,) = self.call("PostMessage", reply, **own)["messages"]
        failure = {"outcome": "failure", "error": {"code": word("code"), "message": word("error_message")}}
        self.call("ReportMessageOutcome", failure, **own, messageId=message["id"])

    def _messages(self, group: str, ada: str) -> None:
        word = self._word
        author = {"displayName": word("author"), "avatarUrl": f"https://example.invalid/{word('author_icon')}"}
        said = {
            "author": {"type": "user", "userId": ada, **author},
            "content": {"type": "text", "text": word("text"), "payload": word("payload")},
            "metadata": {word("message_key"): word("message_value")},
        }
        (message,) = self.call("PostMessage", said, conversationId=group)["messages"]
        picture = {"type": "image", "mediaUrl": f"https://example.invalid/{word('media')}", "altText": word("alt_text")}
        self.call("PostMessage", {"author": {"type": "business"}, "content": picture}, conversationId=group)
        read = {"author": {"type": "user", "userExternalId": word("external_id"), "brandId": word("brand")[:24]}}
        self.call("PostActivity", {**read, "type": "conversation:read"}, conversationId=group)
        self.call("ListMessages", conversationId=group)
        self.call("DeleteMessage", conversationId=group, messageId=message["id"])
        self.call("DeleteAllMessages", conversationId=group)
