"""The official JavaScript client under chaos rules. It does not retry, so a program that uses it must."""

from __future__ import annotations

from tests.compat.official import Official
from tests.harness import Caller
from tests.sandbox.chaos import counts, disturb, rule


def test_a_refusal_is_an_error_and_the_next_call_works(javascript: Official, api: Caller) -> None:
    disturb(api, rule("busy", status=429, times=1, retryAfter=1))
    refused = javascript.reply("create_user", externalId="ada")
    assert refused.error is not None
    assert refused.error["status"] == 429
    assert javascript.ok("create_user", externalId="ada")["user"]["externalId"] == "ada"
    assert counts(api) == {"busy": (2, 1)}


def test_a_program_retries_a_join_whose_response_was_lost(javascript: Official, api: Caller) -> None:
    group, ada = api.new_group(), api.new_user("ada")
    disturb(api, rule("lost", drop="after", times=1, match={"operation": "JoinConversation"}))
    body = {"userId": ada, "subscribeSDKClient": True}
    lost = javascript.reply("join", conversationId=group, body=body)
    assert lost.error is not None
    joined = javascript.ok("join", conversationId=group, body=body)["participant"]
    assert [one["id"] for one in api.participants(group)] == [joined["id"]]
    assert counts(api)["lost"] == (2, 1)


def test_a_slow_response_is_complete(javascript: Official, api: Caller) -> None:
    ada = api.new_user("ada")
    disturb(api, rule("slow", bytesPerSecond=2000, delayMs=5))
    assert javascript.ok("get_user", user=ada)["user"]["id"] == ada
