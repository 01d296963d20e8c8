"""GET /heliograph/v1/apps/{appId}/eventRecords: events with the requests that caused them."""

from __future__ import annotations

from typing import Any

from tests.api.database import Database
from tests.api.event_records import path, records
from tests.harness import Caller, error_of, new_app, titles_of

TOP = "f" * 24


def types(found: list[Any]) -> list[str]:
    """The types of events."""
    return [one["type"] for one in found]


def test_an_event_has_its_request_key_and_subjects(account: Caller) -> None:
    """deliveries.7"""
    api = new_app(account)
    assert api.auth is not None
    ada, group = api.new_user(), api.new_group()
    body = {"userId": ada, "subscribeSDKClient": False}
    answer = api("POST", f"/conversations/{group}/join", body, headers={"x-request-id": "deploy-17/a"})
    assert answer.headers["x-request-id"] == "deploy-17/a"
    created, joined = records(api)
    assert types([created, joined]) == ["conversation:create", "conversation:join"]
    assert joined == {
        "id": joined["id"],
        "type": "conversation:join",
        "createdAt": joined["createdAt"],
        "payload": joined["payload"],
        "requestId": "deploy-17/a",
        "keyId": api.auth[0],
        "conversationId": group,
        "userId": ada,
    }
    assert joined["payload"]["user"]["id"] == ada
    assert len(created["requestId"]) == 24
    assert "userId" not in created


def test_all_events_of_a_request_have_its_id(account: Caller) -> None:
    """deliveries.7"""
    api = new_app(account)
    ada, group = api.new_user(), api.new_group()
    answer = api("POST", f"/conversations/{group}/join", {"userId": ada, "subscribeSDKClient": True})
    caused = records(api, requestId=answer.headers["x-request-id"])
    assert sorted(types(caused)) == ["client:add", "conversation:join"]
    assert {one["userId"] for one in caused} == {ada}
    answer = api("DELETE", f"/users/{ada}")
    (removed,) = records(api, requestId=answer.headers["x-request-id"])
    assert (removed["type"], removed["userId"]) == ("user:remove", ada)
    assert "conversationId" not in removed


def test_calls_in_one_batch_keep_their_own_requests(account: Caller) -> None:
    api = new_app(account)
    groups = [api.new_group() for _ in range(3)]
    said = {
        group: api(
            "POST",
            f"/conversations/{group}/messages",
            {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}},
        ).headers["x-request-id"]
        for group in groups
    }
    found = records(api, type="conversation:message")
    assert {one["conversationId"]: one["requestId"] for one in found} == said


def test_filters(account: Caller) -> None:
    """deliveries.7"""
    api = new_app(account)
    ada, bob = api.new_user(), api.new_user()
    one, two = api.new_group(ada), api.new_group(ada, bob)
    api.leave(two, userId=ada)
    assert types(records(api, conversationId=two)) == ["conversation:create", "conversation:leave"]
    assert [found["conversationId"] for found in records(api, type="conversation:create")] == [one, two]
    assert types(records(api, userId=ada)) == ["conversation:leave"]
    assert types(records(api, userId=ada, conversationId=two, type="conversation:leave")) == ["conversation:leave"]
    assert records(api, userId=ada, conversationId=one) == []
    assert records(api, requestId="unknown") == []
    unknown = api("GET", path(api), params={"filter[type]": "conversation:lost"})
    assert titles_of(unknown)[0].startswith("type should be equal to one of the allowed values: client:add, ")


def test_a_request_id_that_looks_like_an_event_id(account: Caller) -> None:
    """deliveries.7"""
    api = new_app(account)
    for given in (TOP, "0" * 24):
        created = api("POST", "/conversations", {"type": "sdkGroup"}, headers={"x-request-id": given})
        conversation = created.json()["conversation"]
        assert [one["conversationId"] for one in records(api, requestId=given)] == [conversation["id"]]


def test_pages_in_both_directions(account: Caller) -> None:
    """deliveries.7"""
    api, other = new_app(account), new_app(account)
    groups = []
    for _ in range(5):
        groups.append(api.new_group())
        other.new_group()
    last = api.ok("GET", path(api), params={"page[before]": TOP, "page[size]": 2})
    assert [one["conversationId"] for one in last["events"]] == groups[3:]
    assert last["meta"]["hasMore"] is True
    before = api.ok("GET", path(api), params={"page[before]": last["meta"]["beforeCursor"], "page[size]": 2})
    assert [one["conversationId"] for one in before["events"]] == groups[1:3]
    after = api.ok("GET", path(api), params={"page[after]": before["meta"]["afterCursor"], "page[size]": 2})
    assert after["events"] == last["events"]
    assert after["meta"] == {"hasMore": False, "beforeCursor": last["meta"]["beforeCursor"]}
    assert error_of(api("GET", path(api), params={"page[size]": 0}))[:2] == (400, "bad_request")


def test_events_of_sandbox_tools_are_marked(account: Caller) -> None:
    """deliveries.7"""
    api = new_app(account)
    trigger = {"type": "conversation:join", "to": ["listeners"]}
    answer = api("POST", f"/heliograph/v1/apps/{api.app_id}/sandbox/trigger", trigger)
    assert answer.status_code == 201, answer.text
    (found,) = records(api)
    assert (found["synthetic"], found["requestId"]) == (True, answer.headers["x-request-id"])


def test_events_of_earlier_versions_have_no_request(account: Caller, database: Database) -> None:
    api = new_app(account)
    group = api.new_group()
    database.write(("UPDATE event SET request_id = NULL WHERE app_id = $1", (api.app_id,)))
    (found,) = records(api, conversationId=group)
    assert "requestId" not in found


def test_another_app_sees_none_of_the_events(account: Caller) -> None:
    api, other = new_app(account), new_app(account)
    group, ada = api.new_group(), api.new_user()
    request = api("DELETE", f"/users/{ada}").headers["x-request-id"]
    assert len(records(api, requestId=request)) == 1
    for filters in ({}, {"conversationId": group}, {"userId": ada}, {"requestId": request}):
        assert records(other, **filters) == []
    assert api("GET", path(other)).status_code == 403
