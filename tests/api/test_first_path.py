"""A minimal scenario through every layer."""

from __future__ import annotations

from tests.harness import Caller, error_of


def test_join_list_and_leave(api: Caller) -> None:
    ada = api.new_user("ada")
    group = api.new_group()
    joined = api.join(group, ada, subscribe=True)
    assert joined["userId"] == ada
    assert joined["userExternalId"] == "ada"
    assert joined["unreadCount"] == 0
    assert [one["type"] for one in joined["clientAssociations"]] == ["sdk"]
    listed = api.ok("GET", f"/conversations/{group}/participants")
    assert listed == {"participants": [joined], "meta": {"hasMore": False}}
    api.leave(group, userExternalId="ada")
    assert api.participants(group) == []
    again = api("POST", f"/conversations/{group}/leave", {"userId": ada})
    assert error_of(again) == (404, "not_found", "User is not a member of the conversation")
