"""Who joined and left conversations, when, and by which key."""

from __future__ import annotations

import time
from typing import Any

import pytest

from heliograph import ids
from heliograph.wire import times
from tests.api.sandbox import extension
from tests.harness import Caller, error_of, new_app, titles_of


def changes(api: Caller, conversation_id: str, **params: Any) -> list[Any]:
    """All changes of a conversation, page by page."""
    return walked(api, extension(api, f"/conversations/{conversation_id}/history"), "changes", **params)


def at(api: Caller, conversation_id: str, moment: int, **params: Any) -> list[Any]:
    """All members of a conversation at a time in milliseconds."""
    path = extension(api, f"/conversations/{conversation_id}/participants")
    return walked(api, path, "participants", at=times.to_text(moment), **params)


def walked(api: Caller, path: str, name: str, **params: Any) -> list[Any]:
    """The records on all pages of a list."""
    page = api.ok("GET", path, params=params)
    found = page[name]
    while "next" in page.get("links", {}):
        page = api.http.request("GET", page["links"]["next"], auth=api.auth).json()
        found += page[name]
    return list(found)


def brief(change: Any) -> tuple[str, str, str | None]:
    """The type, the user and the reason of a change."""
    return change["type"], change["userId"], change.get("reason")


def tick() -> int:
    """A time in milliseconds, after all earlier calls and before all later calls."""
    time.sleep(0.003)
    moment = times.now()
    time.sleep(0.003)
    return moment


def test_every_change_of_a_membership_is_in_the_history(api: Caller) -> None:
    ada, ben, cleo = (api.new_user() for _ in range(3))
    group = api.new_group(ada, ben)
    joined = api.join(group, cleo)
    api.leave(group, userId=ben)
    again = api.join(group, ben)
    api.ok("DELETE", f"/users/{cleo}")
    found = changes(api, group)
    assert [brief(one) for one in found] == [
        ("joined", ada, "create"), ("joined", ben, "create"), ("joined", cleo, "join"), ("left", ben, "leave"),
        ("joined", ben, "join"), ("left", cleo, "userRemove"),
    ]  # fmt: skip
    assert [one["id"] for one in found] == sorted({one["id"] for one in found})
    assert found[2]["participantId"] == joined["id"] == found[5]["participantId"]
    assert found[4]["participantId"] == again["id"]
    assert api.auth is not None
    assert {one["keyId"] for one in found} == {api.auth[0]}
    assert all(one["time"] == times.of_id(one["id"]) for one in found)
    assert changes(api, group, **{"page[size]": 1}) == found


def test_a_change_names_its_request(api: Caller) -> None:
    user, group = api.new_user(), api.new_group()
    given = {"userId": user, "subscribeSDKClient": False}
    api("POST", f"/conversations/{group}/join", given, headers={"x-request-id": "first-shift"})
    api("POST", f"/conversations/{group}/leave", {"userId": user}, headers={"x-request-id": 'end "of" shift'})
    first, last = changes(api, group)
    assert first["requestId"] == "first-shift"
    assert last["requestId"] != first["requestId"]


def test_pages_go_both_ways(api: Caller) -> None:
    users = [api.new_user() for _ in range(3)]
    group = api.new_group(*users)
    for user in users:
        api.leave(group, userId=user)
    path = extension(api, f"/conversations/{group}/history")
    expected = [one["id"] for one in changes(api, group)]
    page = api.ok("GET", path, params={"page[size]": 2, "page[before]": expected[4]})
    assert [one["id"] for one in page["changes"]] == expected[2:4]
    assert page["meta"] == {"hasMore": True, "beforeCursor": expected[2], "afterCursor": expected[3]}
    page = api.ok("GET", path, params={"page[size]": 5, "page[after]": expected[1]})
    assert [one["id"] for one in page["changes"]] == expected[2:]
    assert page["meta"] == {"hasMore": False, "beforeCursor": expected[2]}


def test_history_filtered_by_user_and_time(api: Caller) -> None:
    ada, ben = api.new_user(), api.new_user("ben " + ids.new())
    group = api.new_group(ada, ben)
    middle = tick()
    api.leave(group, userId=ben)
    api.join(group, ben)
    of_ben = changes(api, group, **{"filter[userId]": ben})
    assert [brief(one) for one in of_ben] == [
        ("joined", ben, "create"), ("left", ben, "leave"), ("joined", ben, "join"),
    ]  # fmt: skip
    assert changes(api, group, **{"filter[userId]": ben, "page[size]": 1}) == of_ben
    moment = times.to_text(middle)
    assert changes(api, group, **{"filter[after]": moment}) == of_ben[1:]
    assert [one["userId"] for one in changes(api, group, **{"filter[before]": moment})] == [ada, ben]
    assert changes(api, group, **{"filter[userId]": ben, "filter[before]": moment}) == of_ben[:1]


def test_history_of_a_user_in_all_conversations(api: Caller) -> None:
    name = "ada " + ids.new()
    ada, ben = api.new_user(name), api.new_user()
    first, second = api.new_group(ada, ben), api.new_group(ben)
    api.join(second, ada)
    api.leave(first, userId=ada)
    path = extension(api, f"/users/{ada}/history")
    found = walked(api, path, "changes")
    assert [(one["type"], one["conversationId"]) for one in found] == [
        ("joined", first), ("joined", second), ("left", first),
    ]  # fmt: skip
    assert walked(api, path, "changes", **{"page[size]": 1}) == found
    assert walked(api, extension(api, f"/users/{name}/history"), "changes") == found
    api.ok("DELETE", f"/users/{ada}")
    after = walked(api, path, "changes")
    assert after[:3] == found
    assert [brief(one) for one in after[3:]] == [("left", ada, "userRemove")]
    assert error_of(api("GET", extension(api, f"/users/{name}/history")))[:2] == (404, "user_not_found")


def test_a_deleted_conversation_keeps_its_history(api: Caller) -> None:
    users = [api.new_user() for _ in range(3)]
    group = api.new_group(*users)
    moment = tick()
    api.leave(group, userId=users[0])
    api.ok("DELETE", f"/conversations/{group}")
    assert sorted(brief(one) for one in changes(api, group)[4:]) == sorted(
        ("left", user, "conversationRemove") for user in users[1:]
    )
    assert {one["userId"] for one in at(api, group, moment)} == set(users)
    assert at(api, group, tick()) == []


def test_members_at_a_time(api: Caller) -> None:
    """After each change, the members at every earlier time can still be listed, in pages of any size."""
    users = [api.new_user() for _ in range(5)]
    group = api.new_group()
    expected: list[tuple[int, set[str]]] = []
    present: set[str] = set()
    for user in [*users, *users[1::2], *users[:2], users[1]]:
        if user in present:
            api.leave(group, userId=user)
        else:
            api.join(group, user)
        present ^= {user}
        expected.append((tick(), set(present)))
    for moment, members in expected:
        for size in (1, 2, 100):
            found = at(api, group, moment, **{"page[size]": size})
            assert {one["userId"] for one in found} == members
            assert len(found) == len(members)
            shown = times.to_text(moment)
            assert all(one["joinedAt"] <= shown < one.get("leftAt", "9") for one in found)


def test_pages_of_members_at_a_time_go_both_ways(api: Caller) -> None:
    users = [api.new_user() for _ in range(6)]
    group = api.new_group(*users)
    moment = tick()
    for user in users[::2]:
        api.leave(group, userId=user)
    path = extension(api, f"/conversations/{group}/participants")
    given = {"at": times.to_text(moment), "page[size]": 2}
    # The current version would say nothing about the past.
    assert "etag" not in api("GET", path, params=given).headers
    first = api.ok("GET", path, params=given)
    second = api.http.request("GET", first["links"]["next"], auth=api.auth).json()
    assert (
        api.http.request("GET", second["links"]["prev"], auth=api.auth).json()["participants"] == first["participants"]
    )
    assert "prev" not in first["links"]


@pytest.mark.parametrize("other", [{"sort": "newest"}, {"include": "total"}, {"filter[unread]": "true"}])
def test_at_cannot_be_combined_with_other_parameters(api: Caller, other: dict[str, str]) -> None:
    path = extension(api, f"/conversations/{api.new_group()}/participants")
    answer = api("GET", path, params={"at": "2026-11-22T12:00:00Z", **other})
    assert titles_of(answer) == ["at cannot be combined with filters, sort or include"]
    assert titles_of(api("GET", path, params={"at": "noon"})) == [
        "at should be a time such as 2026-11-22T15:43:17.120Z"
    ]


def test_times_before_and_after_everything(api: Caller) -> None:
    """A time before the first change has no members; a time in the future has the current members."""
    user = api.new_user()
    group = api.new_group(user)
    path = extension(api, f"/conversations/{group}/participants")
    for moment, members in (("1900-01-01T00:00:00Z", []), ("9000-01-01T00:00:00Z", [user])):
        page = api.ok("GET", path, params={"at": moment})
        assert [one["userId"] for one in page["participants"]] == members


def test_a_merge_ends_the_memberships_of_one_user_and_begins_those_of_the_other(api: Caller) -> None:
    name = "ada " + ids.new()
    surviving, discarded = api.new_user(name), api.new_user()
    group = api.new_group(discarded)
    (participant,) = api.participants(group)
    before = tick()
    api.ok("POST", extension(api, f"/users/{discarded}/login"), {"externalId": name})
    found = changes(api, group)
    assert [brief(one) for one in found] == [
        ("joined", discarded, "create"), ("left", discarded, "merge"), ("joined", surviving, "merge"),
    ]  # fmt: skip
    assert {one["participantId"] for one in found} == {participant["id"]}
    assert [one["userId"] for one in at(api, group, before)] == [discarded]
    after = tick()
    assert [one["userId"] for one in at(api, group, after)] == [surviving]
    api.leave(group, userId=surviving)
    assert [brief(one) for one in changes(api, group)][2:] == [
        ("joined", surviving, "merge"), ("left", surviving, "leave"),
    ]  # fmt: skip
    assert [one["userId"] for one in at(api, group, after)] == [surviving]


def test_another_app_has_no_history(api: Caller, account: Caller) -> None:
    group, user = api.new_group(), api.new_user()
    api.join(group, user)
    api.leave(group, userId=user)
    other = new_app(account)
    for path in (f"/conversations/{group}/history", f"/conversations/{group}/participants?at=2026-11-22T12:00:00Z"):
        assert error_of(other("GET", extension(other, path)))[:2] == (404, "conversation_not_found")
    assert error_of(other("GET", extension(other, f"/users/{user}/history")))[:2] == (404, "user_not_found")


def test_the_client_lists_histories(api: Caller) -> None:
    user = api.new_user()
    group = api.new_group(user)
    history = api.sdk.membership_history
    (change,) = history.list_conversation_history(api.app_id, group).changes
    assert (change.type, change.user_id, change.reason) == ("joined", user, "create")
    assert [one.id for one in history.iter_user_history(api.app_id, user)] == [change.id]
    (member,) = api.sdk.memberships.iter_members(api.app_id, group, at=times.to_text(tick()))
    assert (member.user_id, member.left_at) == (user, None)
