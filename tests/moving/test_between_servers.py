"""`heliograph import` from one Heliograph to another, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.sandbox import extension
from tests.databases import SQLITE, new_database
from tests.harness import Caller, calling_account, command, new_app, serving
from tests.moving.moving import environment, messages_of

MANY = 20


@pytest.fixture(scope="module")
def account_of_source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The account of a second server."""
    database = new_database(SQLITE, tmp_path_factory.mktemp("source"))
    with serving(database, "--sandbox-tools", "yes") as server, calling_account(server) as account:
        yield account


@pytest.fixture
def source(account_of_source: Caller) -> Caller:
    """An app of the second server: a large group, a group with replies and forms, and personal conversations."""
    source = new_app(account_of_source)
    users = [source.new_user(f"user {number}", profile={"givenName": str(number)}) for number in range(MANY)]
    large = source.new_group(*users[:8], displayName="Large")
    for number, user in enumerate(users[8:]):
        source.join(large, user, subscribe=number % 5 == 0)
    for number in range(12):
        source.say(large, f"{number}", **({"userId": users[number]} if number % 3 else {}))
    source.read(large, userId=users[5])
    source.leave(large, userId=users[7])
    personal = source.new_personal(users[0])
    source.say(personal, userId=users[0])
    source.read(personal)
    content = {
        "type": "carousel",
        "items": [{"title": "A", "actions": [{"type": "postback", "text": "B", "payload": "C"}]}],
    }
    source.ok("POST", f"/conversations/{personal}/messages", {"author": {"type": "business"}, "content": content})
    return source


def moved(source: Caller, api: Caller, folder: Path, *options: str) -> str:
    """Import the whole app; returns what the command printed."""
    assert source.auth is not None
    env = environment(api) | {"HELIOGRAPH_FROM_APP_ID": source.app_id}
    env |= {"HELIOGRAPH_FROM_KEY_ID": source.auth[0], "HELIOGRAPH_FROM_KEY_SECRET": source.auth[1]}
    done = command("import", "--from", source.url, "--state", str(folder / "state"), "--rate", "0", *options, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def everything(api: Caller) -> Any:
    """Everything in an app, without the URL of the app."""
    conversations = api.ok("GET", extension(api, "/conversations?sort=oldest"))["conversations"]
    users = [one.to_dict() for one in api.sdk.app_contents.iter_app_users(api.app_id, sort="oldest")]
    found = {
        "users": users,
        "clients": {one["id"]: api.ok("GET", f"/users/{one['id']}/clients")["clients"] for one in users},
        "devices": {one["id"]: api.ok("GET", f"/users/{one['id']}/devices")["devices"] for one in users},
        "summaries": conversations,
        "conversations": [api.ok("GET", f"/conversations/{one['id']}") for one in conversations],
        "participants": {one["id"]: api.participants(one["id"]) for one in conversations},
        "messages": {one["id"]: messages_of(api, one["id"]) for one in conversations},
        "lists": [api.ok("GET", f"/conversations?filter[userId]={one['id']}") for one in users[:6]],
    }
    return json.loads(json.dumps(found).replace(f"{api.url}/v2/apps/{api.app_id}", ""))


def test_both_show_the_same(source: Caller, api: Caller, tmp_path: Path) -> None:
    moved(source, api, tmp_path)
    before = everything(source)
    assert everything(api) == before
    large, personal = (one["id"] for one in before["summaries"])
    user = before["users"][0]["id"]
    for one in (source, api):
        one.say(large, "Later", userId=user)
        one.leave(large, userExternalId="user 9")
    assert api.unread(large) == source.unread(large)
    joined = [one.join(large, one.new_user("late")) for one in (source, api)]
    assert [one.participants(large)[-1]["id"] for one in (source, api)] == [one["id"] for one in joined]
    assert api("DELETE", f"/conversations/{personal}").json() == source("DELETE", f"/conversations/{personal}").json()


def test_the_next_import_transfers_joins_and_leaves(source: Caller, api: Caller, tmp_path: Path) -> None:
    moved(source, api, tmp_path)
    large = source.ok("GET", extension(source, "/conversations?sort=oldest"))["conversations"][0]["id"]
    source.leave(large, userExternalId="user 3")
    source.join(large, source.new_user("new"))
    source.join(large, source.ok("GET", "/users/user%207")["user"]["id"])
    source.say(large, "News")
    source.read(large, userExternalId="user 4")
    source.ok("PATCH", "/users/user%204", {"profile": {"givenName": "Ada"}})
    moved(source, api, tmp_path)
    assert everything(api) == everything(source)
