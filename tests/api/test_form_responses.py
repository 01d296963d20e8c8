"""Responses of end users to forms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.end_users import EndUser, post
from tests.api.event_records import events_of
from tests.harness import Caller, error_of, titles_of

FORM = {
    "type": "form",
    "fields": [
        {"type": "text", "name": "name", "label": "Your name", "minSize": 2, "maxSize": 10},
        {"type": "text", "name": "age", "label": "Age", "format": "integer"},
        {"type": "email", "name": "mail", "label": "Email"},
        {"type": "select", "name": "plan", "label": "Plan", "options": [{"name": "free", "label": "Free"}]},
    ],
}
ANSWERS: dict[str, dict[str, Any]] = {
    "name": {"type": "text", "label": "x", "text": "Ada"},
    "age": {"type": "text", "label": "x", "text": "36"},
    "mail": {"type": "email", "label": "x", "email": "ada@example.com"},
    "plan": {"type": "select", "label": "x", "select": [{"name": "free", "label": "Anything"}]},
}


def answer(form: str, **changes: dict[str, Any] | None) -> dict[str, Any]:
    """The act that responds to a form, with some fields changed or left out."""
    fields = [{"name": name, **value} for name, value in {**ANSWERS, **changes}.items() if value is not None]
    return {"type": "message", "content": {"type": "formResponse", "fields": fields}, "quotedMessageId": form}


def test_a_form_is_submitted_once(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    form = post(api, conversation, FORM)
    assert form["content"]["submitted"] is False
    (message,) = user.act(conversation, answer(form["id"])).json()["messages"]
    shown, listed = api.ok("GET", f"/conversations/{conversation}/messages")["messages"]
    assert listed == message
    assert shown == {**form, "content": {**form["content"], "submitted": True}}
    assert message["quotedMessage"] == {"type": "message", "message": shown}
    assert message["content"] == {
        "type": "formResponse",
        "fields": [
            {"type": "text", "name": "name", "label": "Your name", "text": "Ada"},
            {"type": "text", "name": "age", "label": "Age", "text": "36", "format": "integer"},
            {"type": "email", "name": "mail", "label": "Email", "email": "ada@example.com"},
            {"type": "select", "name": "plan", "label": "Plan", "select": [{"name": "free", "label": "Free"}]},
        ],
        "textFallback": "Your name: Ada\nAge: 36\nEmail: ada@example.com\nPlan: Free",
    }
    event = events_of(api, conversation)[-1]
    assert event.payload["message"]["quotedMessage"] == message["quotedMessage"]
    again = user.act(conversation, answer(form["id"]))
    assert error_of(again) == (409, "conflict", "The form has been submitted")
    assert len(api.ok("GET", f"/conversations/{conversation}/messages")["messages"]) == 2


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"name": None}, "the field name is missing"),
        ({"name": {**ANSWERS["name"], "text": "A"}}, "the field name should have a text of 2 to 10 characters"),
        ({"age": {**ANSWERS["age"], "text": "old"}}, "the field age should have a text of the format integer"),
        ({"mail": {**ANSWERS["mail"], "email": "ada"}}, "the field mail should have an email address as email"),
        ({"mail": ANSWERS["name"]}, "the field mail should be of type email"),
        (
            {"plan": {**ANSWERS["plan"], "select": [{"name": "gold"}]}},
            "the field plan should have one of the options of the form as select",
        ),
        ({"more": ANSWERS["name"]}, "the form has no field with the name more"),
    ],
)
@pytest.mark.one_engine
def test_a_response_that_does_not_fit_the_form_is_400(api: Caller, changes: Any, title: str) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    form = post(api, conversation, FORM)
    assert titles_of(user.act(conversation, answer(form["id"], **changes))) == [title]
    (shown,) = api.ok("GET", f"/conversations/{conversation}/messages")["messages"]
    assert shown == form


def test_only_a_form_can_be_submitted(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    text = api.say(conversation)
    title = "act.quotedMessageId should be the id of a message of type form"
    assert titles_of(user.act(conversation, answer(text["id"]))) == [title]
    without = answer(text["id"])
    del without["quotedMessageId"]
    assert titles_of(user.act(conversation, without)) == [title]
    assert error_of(user.act(conversation, answer("unknown")))[0] == 404
    # In the API document, the id is in the fields.
    form = post(api, conversation, FORM)
    for field in without["content"]["fields"]:
        field["quotedMessageId"] = form["id"]
    assert user.act(conversation, without).status_code == 200
