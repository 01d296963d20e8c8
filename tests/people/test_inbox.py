"""An erasure includes the data of the sandbox tools."""

from __future__ import annotations

from tests.harness import Caller
from tests.people.calling import base, erase
from tests.sandbox.inboxes import calls, post, url_of


def test_calls_of_inboxes(api: Caller) -> None:
    """Calls that mention the person are deleted, and others stay."""
    ada = api.new_user("ada lovelace")
    for about in (ada, "ada lovelace", "others"):
        post(api, {"about": about})
    assert url_of(api)
    erase(api, ada)
    assert [one["json"] for one in calls(api)] == [{"about": "others"}]


def test_requests(api: Caller) -> None:
    """The only recorded path that names the person is that of the erasure itself."""
    ada = api.new_user("ada")
    api.ok("GET", f"/users/{ada}")
    erase(api, ada)
    found = api.ok("GET", f"{base(api)}/sandbox/requests")["requests"]
    assert [one["operation"] for one in found if ada in one["path"]] == ["EraseUser"]
