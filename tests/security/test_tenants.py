"""Tenant isolation: no key reaches data of another app, whatever ids are used."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.wire.operations import Credential
from tests.harness import Caller, error_of, new_app
from tests.security.attempts import KEY, Attempt, attempts, key_attempts
from tests.security.calls import MISSING, OFFERED, call
from tests.security.credentials import bearer
from tests.security.worlds import SHARED, World, new_world, snapshot

FORBIDDEN = (403, "forbidden", "Forbidden")
UNAUTHORIZED = (401, "unauthorized", "Authorization is required")


@pytest.fixture
def worlds(account: Caller) -> tuple[World, World]:
    """Two apps with equal contents, all of which can be read."""
    mine, other = new_world(account, "A"), new_world(account, "B")
    for world in (mine, other):
        assert all(isinstance(answer, dict) for answer in snapshot(world).values())
    return mine, other


def holders(world: World) -> list[Caller]:
    """Callers with access to the app of a world: with its key, and with the key of the account."""
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
        # tests/api/test_oauth_access.py covers the tokens of other apps
        "Authorize",
        "GetToken",
        "GetTokenInfo",
        "RevokeAccess",
        "ListUsers",  # test_identifiers_of_another_app_are_free
        "PutSupportUser",
        "ListOutbound",  # test_cursors_of_another_app_reveal_nothing
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


def outbound_of(world: World) -> list[str]:
    """The ids of the outbound messages of the channels."""
    return [one["id"] for one in call(world.api, "ListOutbound").json()["outbound"]]


@pytest.mark.parametrize("cursor", ["after", "before"])
def test_cursors_of_another_app_reveal_nothing(worlds: tuple[World, World], cursor: str) -> None:
    mine, other = worlds
    lists = (
        ("ListParticipants", "participants", None, other.participants.values(), mine.participants.values()),
        ("ListClients", "clients", None, other.clients.values(), mine.clients.values()),
        ("ListConversations", "conversations", {"filter[userId]": mine.users["ada"]}, (other.group,), (mine.group,)),
        ("ListOutbound", "outbound", None, outbound_of(other), outbound_of(mine)),
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
