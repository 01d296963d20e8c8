"""Outcomes of messages on channels, which are reported through the sandbox, and their events."""

from __future__ import annotations

from typing import Any

from tests.api.end_users import EndUser
from tests.api.event_records import events_of
from tests.api.importing import group_of, message_of, old_id, put
from tests.api.sandbox import extension
from tests.harness import Caller, error_of, titles_of


def test_the_outcome_of_a_message_is_an_event(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    message = api.say(conversation)["id"]
    path = f"{user.path}/conversations/{conversation}/messages/{message}/outcome"
    assert api.ok("POST", path, {"outcome": "channel", "externalMessages": [{"id": "x"}], "isFinalEvent": False}) == {}
    assert api.ok("POST", path, {"outcome": "user", "destination": {"type": "web", "integrationId": "i"}}) == {}
    assert api.ok("POST", path, {"outcome": "failure", "error": {"code": "bad", "message": "No"}}) == {}
    assert api.ok("POST", path, {"outcome": "failure"}) == {}
    reached, read, failed, unknown = events_of(api, conversation)[-4:]
    assert reached.type == "conversation:message:delivery:channel"
    assert reached.payload["destination"] == {"type": "sdk"}
    assert reached.payload["externalMessages"] == [{"id": "x"}]
    assert reached.payload["isFinalEvent"] is False
    assert reached.payload["message"] == {"id": message}
    assert reached.payload["user"]["id"] == user.id
    assert read.type == "conversation:message:delivery:user"
    assert read.payload["destination"] == {"type": "web", "integrationId": "i"}
    assert read.payload["isFinalEvent"] is True
    assert failed.type == unknown.type == "conversation:message:delivery:failure"
    assert failed.payload["error"] == {"code": "bad", "message": "No"}
    assert unknown.payload["error"]["code"] == "uncategorized_error"


def test_only_messages_of_the_business_in_personal_conversations_have_outcomes(api: Caller) -> None:
    user = EndUser(api)
    conversation, group = user.begin()["id"], api.new_group(user.id)

    def report(conversation_id: str, message_id: str, **body: Any) -> Any:
        path = f"{user.path}/conversations/{conversation_id}/messages/{message_id}/outcome"
        return api("POST", path, {"outcome": "user", **body})

    message = api.say(conversation)["id"]
    assert error_of(report("unknown", message)) == (404, "conversation_not_found", "Conversation not found")
    assert error_of(report(group, message)) == (404, "not_found", "Message not found")
    assert titles_of(report(group, api.say(group)["id"])) == [
        "only messages of conversations of type personal have outcomes"
    ]
    assert titles_of(report(conversation, user.say(conversation)["id"])) == [
        "only messages of an author of type business have outcomes"
    ]
    assert titles_of(report(conversation, message, error={"code": "c", "message": "m"})) == [
        "error is only for the outcome failure"
    ]


def test_a_conversation_without_a_participant_has_no_outcomes(api: Caller) -> None:
    """An import can store a personal conversation without its user, to whom an event would refer."""
    put(api, group_of(1, type="personal"), message_of(1, 2))
    path = f"/conversations/{old_id(1)}/messages/{old_id(2)}/outcome"
    answer = api("POST", extension(api, path), {"outcome": "user"})
    assert titles_of(answer) == ["only messages of conversations with a participant have outcomes"]
