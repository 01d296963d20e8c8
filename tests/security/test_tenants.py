"""Tenant isolation: no key reaches data of another app, whatever ids are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from heliograph.wire.operations import Credential
from tests.harness import Caller, error_of, new_app
from tests.robustness.bases import REFERENCE
from tests.security.calls import MISSING, OFFERED, call, parameters_of
from tests.security.credentials import bearer
from tests.security.worlds import SHARED, World, new_world, snapshot

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
FORBIDDEN = (403, "forbidden", "Forbidden")
UNAUTHORIZED = (401, "unauthorized", "Authorization is required")

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
        """Try it."""
        answer = call(caller, self.name, self.body, params=self.params, **own.ids(**self.ids))
        told = f"{self.name} {self.ids} {self.body} {self.params}: {answer.text}"
        assert answer.status_code == self.expected[0], told
        assert error_of(answer) == self.expected, told


def attempts(other: World) -> list[Attempt]:
    """Calls that use every id of the other world, with the key of the own app."""
    return [
        *_by_path(other, "conversationId", other.group, CONVERSATION),
        *_by_path(other, "conversationId", other.personal, CONVERSATION),
        *_by_path(other, "userIdOrExternalId", other.users["ada"], USER),
        *_by_path(other, "userIdOrExternalId", other.lone_external_id, USER),
        *_by_path(other, "clientId", other.clients["ada"], CLIENT),
        *_by_path(other, "deviceId", other.device, DEVICE),
        *_by_path(other, "messageId", other.messages[0], MESSAGE),
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
    }
    # The API document's answer for these is the general one.
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


@pytest.fixture
def worlds(account: Caller) -> tuple[World, World]:
    """Two apps with equal contents, all of which can be read."""
    mine, other = new_world(account, "A"), new_world(account, "B")
    for world in (mine, other):
        assert all(isinstance(answer, dict) for answer in snapshot(world).values())
    return mine, other


def holders(world: World) -> list[Caller]:
    """Callers that may act in the app of a world: its key, and the key of the account."""
    return [world.api, world.owner]


def test_every_operation_with_an_id_is_tried(worlds: tuple[World, World]) -> None:
    tried = {attempt.name for attempt in (*attempts(worlds[1]), *key_attempts(worlds[1]))}
    nameless = {
        "CreateApp",
        "ListApps",
        "GetApp",
        "UpdateApp",
        "DeleteApp",
        "CreateAppKey",
        "ListAppKeys",
        "CreateUser",
        "ListIntegrations",
        "CreateSwitchboard",
        "ListSwitchboards",
        # tests/api/test_oauth_access.py has the tokens of other apps
        "Authorize",
        "GetToken",
        "GetTokenInfo",
        "RevokeAccess",
        "ListUsers",  # test_identifiers_of_another_app_are_free
        "PutSupportUser",
        "UploadAttachment",  # tests/api/test_attachments.py names a conversation of another app
    }
    assert tried | nameless == {operation.name for operation in OFFERED}


def test_ids_of_another_app(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(mine), snapshot(other)
    for caller in holders(mine):
        for attempt in attempts(other):
            attempt(caller, mine)
    assert (snapshot(mine), snapshot(other)) == before


def key_attempts(other: World) -> list[Attempt]:
    """The operations on keys, which need the key of the account."""
    assert other.api.auth is not None
    return [
        Attempt(name, KEY, ids={"keyId": key_id})
        for name in ("GetAppKey", "DeleteAppKey")
        for key_id in (other.key_id, other.api.auth[0])
    ]


def test_keys_of_another_app(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(mine), snapshot(other)
    assert mine.owner.auth is not None
    account_key = Attempt("GetAppKey", KEY, ids={"keyId": mine.owner.auth[0]})
    for attempt in (*key_attempts(other), account_key):
        attempt(mine.owner, mine)
    assert (snapshot(mine), snapshot(other)) == before


@pytest.mark.parametrize("scope", [None, "app", "integration"])
def test_another_app_in_the_path(worlds: tuple[World, World], scope: str | None) -> None:
    mine, other = worlds
    before = snapshot(mine), snapshot(other)
    assert mine.api.auth is not None
    header = {"authorization": bearer(mine.api.auth, scope)} if scope else {}
    for operation in [one for one in OFFERED if one.tag != "OAuth"]:
        for ids in (other.ids(), mine.ids(appId=other.app_id)):
            path = operation.path.format(**ids)
            body: Any = {} if operation.body.kind else None
            answer = mine.api(operation.method, path, body, headers=header, auth=None if scope else mine.api.auth)
            if "{appId}" in operation.path:
                assert error_of(answer) == FORBIDDEN, operation.name
            else:
                assert answer.status_code == 403, operation.name
    assert (snapshot(mine), snapshot(other)) == before


def test_equal_external_ids_are_separate_users(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(other)
    for caller in holders(mine):
        seen = call(caller, "GetUser", userIdOrExternalId=SHARED).json()["user"]
        assert seen["id"] == mine.users["ada"]
        group = caller.new_group()
        joined = caller.ok(
            "POST", f"/conversations/{group}/join", {"userExternalId": SHARED, "subscribeSDKClient": True}
        )["participant"]
        assert joined["userId"] == mine.users["ada"]
        assert joined["clientAssociations"][0]["clientId"] == mine.clients["ada"]
        listed = call(caller, "ListConversations", params={"filter[userExternalId]": SHARED}).json()["conversations"]
        assert {mine.group, mine.personal, group} <= {one["id"] for one in listed}
        assert not {other.group, other.personal} & {one["id"] for one in listed}
        caller.leave(group, userExternalId=SHARED)
    call(mine.api, "UpdateUser", {"profile": {"surname": "Mine"}}, userIdOrExternalId=SHARED)
    call(mine.api, "DeleteUserPersonalInformation", userIdOrExternalId=SHARED)
    assert call(mine.api, "DeleteUser", userIdOrExternalId=SHARED).status_code == 200
    assert snapshot(other) == before


def test_identifiers_of_another_app_are_free(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(other)
    assert call(mine.api, "ListUsers", params={"filter[identities.email]": other.email}).json() == {"users": []}
    theirs = {"externalId": other.lone_external_id, "zendeskId": other.zendesk_id, "email": other.email}
    own = call(mine.api, "LoginUser", theirs, userIdOrExternalId=mine.api.new_user()).json()["user"]
    assert call(mine.api, "SyncUser", zendeskId=other.zendesk_id).json()["user"] == own
    assert call(mine.api, "PutSupportUser", {}, zendeskId=other.zendesk_id).is_success
    assert snapshot(other) == before


def test_an_id_of_another_app_as_external_id(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(other)
    impostor = mine.api.new_user(other.users["ada"])
    assert call(mine.api, "GetUser", userIdOrExternalId=other.users["ada"]).json()["user"]["id"] == impostor
    assert call(mine.api, "DeleteUser", userIdOrExternalId=other.users["ada"]).status_code == 200
    assert snapshot(other) == before


@pytest.mark.parametrize("cursor", ["after", "before"])
def test_cursors_of_another_app_only_compare(worlds: tuple[World, World], cursor: str) -> None:
    mine, other = worlds
    lists = (
        ("ListParticipants", "participants", None, other.participants.values(), mine.participants.values()),
        ("ListClients", "clients", None, other.clients.values(), mine.clients.values()),
        ("ListConversations", "conversations", {"filter[userId]": mine.users["ada"]}, (other.group,), (mine.group,)),
    )
    for name, field_name, filters, foreign, own in lists:
        assert own
        for one in (*foreign, MISSING, "f" * 24):
            params = {**(filters or {}), f"page[{cursor}]": one}
            listed = call(mine.api, name, params=params, **mine.ids()).json()[field_name]
            assert not {record["id"] for record in listed} & {*foreign, other.personal}


def test_a_deleted_app_is_unknown_immediately(worlds: tuple[World, World]) -> None:
    mine, other = worlds
    before = snapshot(mine)
    assert other.api.auth is not None
    tokens = [bearer(other.api.auth, scope) for scope in ("app", "integration")]
    assert call(other.api, "GetApp").status_code == 200
    assert call(other.api, "GetApp").status_code == 200
    assert call(mine.owner, "DeleteApp", appId=other.app_id).status_code == 200
    for operation in [one for one in OFFERED if one.credential is not Credential.IGNORED]:
        path = operation.path.format(**other.ids())
        assert error_of(other.api(operation.method, path)) == UNAUTHORIZED
        for token in tokens:
            answer = other.api(operation.method, path, auth=None, headers={"authorization": token})
            assert error_of(answer) == UNAUTHORIZED
        if "{appId}" in operation.path:
            assert error_of(other.owner(operation.method, path)) == (404, "app_not_found", "App not found")
    assert snapshot(mine) == before


def test_a_later_app_has_no_data_of_a_deleted_one(account: Caller) -> None:
    gone = new_world(account, "A")
    assert call(gone.owner, "DeleteApp").status_code == 200
    later = new_world(account, "B")
    before = snapshot(later)
    for caller in holders(later):
        for attempt in attempts(gone):
            attempt(caller, later)
    for attempt in key_attempts(gone):
        attempt(later.owner, later)
    assert snapshot(later) == before
    assert new_app(account).new_user(gone.lone_external_id) not in gone.users.values()


def test_a_revoked_key_is_refused_immediately(worlds: tuple[World, World]) -> None:
    mine, _ = worlds
    made = call(mine.owner, "CreateAppKey", {"displayName": "Short-lived"}).json()["key"]
    key = (made["id"], made["secret"])
    credentials: list[dict[str, Any]] = [{"auth": key}]
    credentials += [
        {"auth": None, "headers": {"authorization": bearer(key, scope)}} for scope in ("app", "integration")
    ]
    for credential in credentials:
        assert mine.api("GET", f"/users/{SHARED}", **credential).status_code == 200
    assert call(mine.owner, "DeleteAppKey", keyId=made["id"]).status_code == 200
    for credential in credentials:
        assert error_of(mine.api("GET", f"/users/{SHARED}", **credential)) == UNAUTHORIZED
    assert call(mine.api, "GetApp").status_code == 200
    assert error_of(call(mine.owner, "GetAppKey", keyId=made["id"])) == KEY
