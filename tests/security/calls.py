"""Calls by the names of the operations table, and a walk through all of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from tests.harness import Auth, Caller

SANDBOX = [operation for operation in EXTENSIONS if operation.tag == "Sandbox"]
"""What users and other services would do. The other extensions are about deliveries, and have tests of their own."""
OFFERED = [operation for operation in (*OPERATIONS, *SANDBOX) if operation.offered]
BY_NAME = {operation.name: operation for operation in (*OPERATIONS, *SANDBOX)}
NOT_OFFERED = [operation for operation in OPERATIONS if not operation.offered]
MISSING = "0" * 24

Authorize = Callable[[AnyOperation, Auth, Auth], str]


def parameters_of(operation: AnyOperation) -> list[str]:
    """The names of the parameters in the path of an operation."""
    return re.findall(r"\{(\w+)\}", operation.path)


def path_of(operation: AnyOperation, **ids: str) -> str:
    """The path with these ids in it; where none is given, one that nothing has."""
    return re.sub(r"\{(\w+)\}", lambda found: quote(ids.get(found[1], MISSING), safe=""), operation.path)


def call(caller: Caller, name: str, body: Any = None, *, params: Any = None, **ids: str) -> httpx.Response:
    """Call an operation of the caller's app, or of another one named in `ids`."""
    operation = BY_NAME[name]
    path = path_of(operation, **{"appId": caller.app_id, **ids})
    return caller(operation.method, path, {} if body is None and operation.body.kind else body, params=params)


def basic(key_id: str, secret: str) -> str:
    """The `Authorization` header of a key."""
    return "Basic " + base64.b64encode(f"{key_id}:{secret}".encode()).decode()


def by_key(operation: AnyOperation, app_key: Auth, account_key: Auth) -> str:
    """The key of the lowest scope that may call the operation."""
    return basic(*(account_key if operation.scope is Scope.ACCOUNT else app_key))


class Walk:
    """Calls every offered operation, and keeps the answers.

    `word` says what stands in a field, by its name; `authorize` gives the `Authorization` header of a call.
    """

    def __init__(self, account: Caller, word: Callable[[str], str] = str, authorize: Authorize = by_key) -> None:
        assert account.auth is not None
        self._account = account
        self._account_key = self._key = account.auth
        self._word = word
        self._authorize = authorize
        self._app_id = ""
        self.answers: list[tuple[AnyOperation, httpx.Response]] = []

    def call(self, name: str, body: Any = None, *, params: Any = None, files: Any = None, **ids: str) -> Any:
        """Call one operation; returns the JSON of its answer."""
        operation = BY_NAME[name]
        path = path_of(operation, **{"appId": self._app_id, **ids})
        headers = {"authorization": self._authorize(operation, self._key, self._account_key)}
        answer = self._account(operation.method, path, body, params=params, files=files, headers=headers, auth=None)
        self.answers.append((operation, answer))
        return answer.json()

    def run(self) -> list[tuple[AnyOperation, httpx.Response]]:
        """Walk from the creation of an app to its end."""
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

    def _attachments(self) -> None:
        word = self._word
        file = (f"{word('file')}.txt", word("content").encode(), "text/plain")
        made = self.call("UploadAttachment", params={"access": "public"}, files={"source": file})["attachment"]
        self.call("DeleteAttachment", {"mediaUrl": made["mediaUrl"]})

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
        self.call("CreateConversation", {"type": "personal", "participants": [{"userId": ada}]})
        self.call("JoinConversation", member, conversationId=group)
        self.call("ListConversations", params={"filter[userExternalId]": word("external_id")})
        self.call("ListConversations", params={"filter[userId]": ada, "page[size]": 1})
        self.call("GetConversation", conversationId=group)
        self.call("UpdateConversation", {"description": word("new_description")}, conversationId=group)
        self.call("ListParticipants", conversationId=group)
        self._messages(group, ada)
        clients = self.call("ListClients", userIdOrExternalId=ada)["clients"]
        # The only client that can be made so far is the SDK's, which stays.
        self.call("RemoveClient", userIdOrExternalId=ada, clientId=clients[0]["id"])
        self.call("LeaveConversation", {"userExternalId": word("external_id")}, conversationId=group)
        self.call("DeleteConversation", conversationId=group)

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
