"""Credit card numbers in messages (messages.25 in docs/behaviour.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.end_users import EndUser, post
from tests.api.event_records import events_of
from tests.api.linking import Links, outbound_of
from tests.harness import Caller, new_app

CARD, MASKED = "4111 1111 1111 1111", "**** **** **** 1111"
PICTURE = "https://example.org/4111111111111111"


def set_masking(api: Caller, masks: bool) -> None:
    """Change the setting of the app."""
    api.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"maskCreditCardNumbers": masks}})


def test_the_number_is_stored_nowhere(api: Caller) -> None:
    links = Links(api, api.new_user())
    links.link("immediate")
    message = api.say(links.conversation, f"It is {CARD}.")
    set_masking(api, False)  # only what was stored is masked from here on
    assert message["content"] == {"type": "text", "text": f"It is {MASKED}."}
    assert api.ok("GET", f"/conversations/{links.conversation}/messages")["messages"] == [message]
    (event,) = [one for one in events_of(api) if one.type == "conversation:message"]
    assert event.payload["message"] == message
    sent = outbound_of(api)["outbound"]
    assert [one["content"]["message"] for one in sent] == [message]


@pytest.mark.one_engine
def test_a_confirmation_message_is_masked(api: Caller) -> None:
    links = Links(api, api.new_user())
    body = links.body("immediate")
    body["confirmation"]["message"] = {"author": {"type": "business"}, "content": {"type": "text", "text": CARD}}
    assert links.ask(body).status_code == 201
    (sent,) = outbound_of(api)["outbound"]
    assert sent["content"]["message"]["content"]["text"] == MASKED


@pytest.mark.parametrize(
    ("content", "masked"),
    [
        ({"type": "text", "htmlText": f"<b>{CARD}</b>"}, {"htmlText": f"<b>{MASKED}</b>", "text": MASKED}),
        ({"type": "text", "markdownText": CARD}, {"htmlText": f"<p>{MASKED}</p>", "text": MASKED}),
        ({"type": "text", "htmlText": "4111<b>111111111111</b>"}, {"text": "************1111"}),
        ({"type": "image", "mediaUrl": PICTURE, "text": CARD}, {"mediaUrl": PICTURE, "text": MASKED}),
        ({"type": "file", "mediaUrl": PICTURE, "htmlText": CARD}, {"htmlText": MASKED}),
        (
            {"type": "form", "text": CARD, "fields": [{"type": "text", "name": "n", "label": "l"}]},
            {"text": MASKED, "submitted": False},
        ),
    ],
)
@pytest.mark.one_engine
def test_all_texts_of_a_message_are_masked(api: Caller, content: Any, masked: Any) -> None:
    shown = post(api, api.new_group(), content)["content"]
    assert masked.items() <= shown.items()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ask 6b4111111111111111cc229e.", "Ask 6b4111111111111111cc229e."),
        ("4111111111111111cc229e6b/1", "4111111111111111cc229e6b/1"),
        (f"6b4111111111111111cc2290 {CARD}", f"6b4111111111111111cc2290 {MASKED}"),
        ("x6b4111111111111111cc229e", "x6b************1111cc229e"),
        ("visa4111111111111111ok", "visa************1111ok"),
    ],
)
@pytest.mark.one_engine
def test_ids_are_not_masked(api: Caller, text: str, masked: str) -> None:
    assert api.say(api.new_group(), text)["content"]["text"] == masked


def test_messages_of_end_users_are_masked(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    assert user.say(conversation, CARD)["content"]["text"] == MASKED
    fields = [
        {"type": "text", "name": "card", "label": "Card", "format": "integer"},
        {"type": "email", "name": "mail", "label": "Mail"},
    ]
    form = post(api, conversation, {"type": "form", "fields": fields})
    answers = [
        {"type": "text", "name": "card", "label": "Card", "text": "4111111111111111"},
        {"type": "email", "name": "mail", "label": "Mail", "email": "4111111111111111@example.org"},
    ]
    content = {"type": "formResponse", "fields": answers}
    act = {"type": "message", "content": content, "quotedMessageId": form["id"]}
    (message,) = user.act(conversation, act).json()["messages"]
    card, mail = message["content"]["fields"]
    assert (card["text"], mail["email"]) == ("************1111", "************1111@example.org")
    assert message["content"]["textFallback"] == "Card: ************1111\nMail: ************1111@example.org"
    event = events_of(api, conversation)[-1]
    assert event.payload["message"]["content"] == message["content"]
    button = {"type": "postback", "text": CARD, "payload": "p"}
    asked = post(api, conversation, {"type": "text", "text": "This one?", "actions": [button]})
    api.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"echoPostback": True}})
    press = {"type": "postback", "payload": "p", "messageId": asked["id"]}
    (echo,) = user.act(conversation, press).json()["messages"]
    assert echo["content"]["text"] == MASKED


def test_an_app_can_turn_masking_off_and_on(api: Caller) -> None:
    group = api.new_group()
    for masks in (False, True, False):
        set_masking(api, masks)
        assert api.say(group, CARD)["content"]["text"] == (MASKED if masks else CARD)
    texts = [one["content"]["text"] for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]]
    assert texts == [CARD, MASKED, CARD], "messages keep the text with which they were stored"


def test_apps_do_not_share_the_setting(api: Caller, account: Caller) -> None:
    other = new_app(account)
    set_masking(other, False)
    assert other.say(other.new_group(), CARD)["content"]["text"] == CARD
    assert api.say(api.new_group(), CARD)["content"]["text"] == MASKED
