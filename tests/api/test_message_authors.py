"""Names and pictures of the authors of messages (messages.24 in docs/behaviour.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.end_users import EndUser
from tests.api.event_records import events_of
from tests.harness import Caller

ADA = "https://example.org/ada.png"
OTHER = "https://example.org/other.png"


def posted(api: Caller, where: str, **author: Any) -> Any:
    """Post a message; returns its author."""
    body = {"author": author, "content": {"type": "text", "text": "Hello"}}
    (message,) = api.ok("POST", f"/conversations/{where}/messages", body)["messages"]
    assert api.ok("GET", f"/conversations/{where}/messages")["messages"][-1] == message
    return message["author"]


def user_of(api: Caller, **profile: str) -> tuple[str, str]:
    """A user with this profile, and a group with the user in it."""
    user = api.new_user(profile=profile)
    return user, api.new_group(user)


def test_the_name_and_the_picture_come_from_the_profile(api: Caller) -> None:
    user, group = user_of(api, givenName="Ada", surname="Lovelace", avatarUrl=ADA, email="ada@example.org")
    who = {"type": "user", "userId": user}
    full = {**who, "displayName": "Ada Lovelace", "avatarUrl": ADA}
    assert posted(api, group, **who) == full
    assert posted(api, group, **who, displayName="Countess") == {**full, "displayName": "Countess"}
    assert posted(api, group, **who, avatarUrl=OTHER) == {**full, "avatarUrl": OTHER}
    event = events_of(api, group)[1]
    assert event.payload["message"]["author"] == {**full, "user": {"id": user, "authenticated": False}}
    assert posted(api, group, type="business") == {"type": "business"}


@pytest.mark.parametrize("profile", [{"givenName": "Ada"}, {"surname": "Lovelace"}, {"email": "ada@example.org"}])
@pytest.mark.one_engine
def test_a_part_of_a_name_is_a_name(api: Caller, profile: dict[str, str]) -> None:
    user, group = user_of(api, **profile)
    names = [value for key, value in profile.items() if key != "email"]
    assert posted(api, group, type="user", userId=user).get("displayName") == (names[0] if names else None)


def test_messages_keep_their_author_when_the_profile_changes(api: Caller) -> None:
    user, group = user_of(api, givenName="Ada")
    who = {"type": "user", "userId": user}
    posted(api, group, **who)
    api.ok("PATCH", f"/users/{user}", {"profile": {"givenName": "Augusta"}})
    assert posted(api, group, **who)["displayName"] == "Augusta"
    messages = api.ok("GET", f"/conversations/{group}/messages")["messages"]
    assert [one["author"]["displayName"] for one in messages] == ["Ada", "Augusta"]


def test_messages_from_a_device_have_the_name_too(api: Caller) -> None:
    user = EndUser(api, api.new_user(profile={"givenName": "Ada"}))
    author = user.say(user.begin()["id"])["author"]
    assert author == {"type": "user", "userId": user.id, "displayName": "Ada"}


def test_an_app_can_invent_names_for_users_without_one(api: Caller) -> None:
    nameless, named = api.new_user(), api.new_user(profile={"givenName": "Ada"})
    group = api.new_group(nameless, named)
    assert "displayName" not in posted(api, group, type="user", userId=nameless)
    api.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"useAnimalNames": True}})
    invented = posted(api, group, type="user", userId=nameless)["displayName"]
    assert [part.istitle() for part in invented.split()] == [True, True]
    assert posted(api, group, type="user", userId=nameless)["displayName"] == invented
    assert posted(api, group, type="user", userId=named)["displayName"] == "Ada"
    assert posted(api, group, type="business") == {"type": "business"}
