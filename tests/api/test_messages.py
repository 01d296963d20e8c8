"""PostMessage: responses, stored contents, authors, and destinations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.database import Database
from tests.api.event_records import events_of
from tests.api.linking import Links, set_outcome
from tests.harness import Caller, author_of, error_of, titles_of
from tests.unit.contents import CONTENTS

BUSINESS = {"type": "business"}
TEXT = {"type": "text", "text": "Hello"}
PICTURE = "https://example.invalid/a%20lamp.png?size=2"
UNKNOWN = "0123456789abcdef01234567"


@pytest.fixture
def group(api: Caller) -> str:
    """A group with ada and bob in it."""
    return api.new_group(api.new_user("ada"), api.new_user("bob"))


def post(api: Caller, where: str, content: Any = TEXT, author: Any = BUSINESS, **more: Any) -> Any:
    """Post to a conversation; returns the response."""
    return api("POST", f"/conversations/{where}/messages", {"author": author, "content": content, **more})


def shown(api: Caller, where: str, content: Any) -> Any:
    """Post a content; returns it as the response and the list show it, which must be equal."""
    answer = post(api, where, content)
    assert answer.status_code == 201, answer.text
    (message,) = answer.json()["messages"]
    assert api.ok("GET", f"/conversations/{where}/messages")["messages"][-1] == message
    return message["content"]


def test_a_message_of_the_business_is_unread_for_all(api: Caller, group: str) -> None:
    answer = post(api, group, author={"type": "business", "displayName": "Grace", "avatarUrl": PICTURE})
    assert answer.status_code == 201
    (message,) = answer.json()["messages"]
    assert set(message) == {"id", "received", "author", "content", "source"}
    assert message["author"] == {"type": "business", "displayName": "Grace", "avatarUrl": PICTURE}
    assert message["content"] == TEXT
    assert message["source"] == {"type": "api:conversations"}
    assert api.unread(group) == [1, 1]
    conversation = api.ok("GET", f"/conversations/{group}")["conversation"]
    assert conversation["lastUpdatedAt"] == message["received"] >= conversation["createdAt"]
    assert api.ok("GET", f"/conversations/{group}/messages") == {"messages": [message], "meta": {"hasMore": False}}


@pytest.mark.parametrize("by", ["userId", "userExternalId"])
def test_a_message_of_a_user_is_read_for_its_author(api: Caller, group: str, by: str) -> None:
    before = api.participants(group)
    named = {"userId": before[0]["userId"], "userExternalId": "ada"}[by]
    message = api.say(group, **{by: named})
    ada, bob = api.participants(group)
    assert message["author"] == {"type": "user", "userId": ada["userId"]}
    assert (ada["unreadCount"], ada["lastRead"]) == (0, message["received"])
    assert (bob["unreadCount"], "lastRead" in bob) == (1, False)


def test_a_user_posts_to_a_personal_conversation(api: Caller) -> None:
    user = api.new_user("ada")
    where = api.new_personal(user)
    api.say(where)
    assert api.unread(where) == [1]
    api.say(where, userId=user)
    assert api.unread(where) == [0]


def test_a_brand_distinguishes_users_with_one_external_id(api: Caller) -> None:
    one, other = api.new_user("ada"), api.new_user("ada", brandId="7")
    where = api.new_group(one, other)
    assert api.say(where, userExternalId="ada")["author"]["userId"] == one
    assert api.say(where, userExternalId="ada", brandId="7")["author"]["userId"] == other
    assert error_of(post(api, where, author=author_of(userExternalId="ada", brandId="8")))[1] == "user_not_found"


def test_who_may_post(api: Caller, group: str) -> None:
    stranger = api.new_user("stranger")
    not_a_member = (404, "not_found", "User is not a member of the conversation")
    assert error_of(post(api, group, author=author_of(userId=stranger))) == not_a_member
    assert error_of(post(api, group, author=author_of(userId=UNKNOWN))) == (404, "user_not_found", "User not found")
    api.leave(group, userExternalId="bob")
    assert error_of(post(api, group, author=author_of(userExternalId="bob"))) == not_a_member
    personal = api.new_personal(stranger)
    assert error_of(post(api, personal, author=author_of(userExternalId="ada"))) == not_a_member
    nowhere = (404, "conversation_not_found", "Conversation not found")
    assert error_of(post(api, UNKNOWN, author=author_of(userId=UNKNOWN))) == nowhere


@pytest.mark.parametrize(
    ("author", "title"),
    [
        ({"type": "user"}, "author exactly one of userId, userExternalId is required, none given"),
        (
            author_of(userId="a", userExternalId="b"),
            "author exactly one of userId, userExternalId is required, 2 given",
        ),
        (
            {"type": "business", "userId": "a"},
            "author.userId, author.userExternalId and author.brandId are only for an author of type user",
        ),
        ({"type": "business", "subtypes": ["agent"]}, "author.subtypes should have exactly 1 item, AI or activity"),
        ({"type": "business", "subtypes": []}, "author.subtypes should have exactly 1 item, AI or activity"),
    ],
)
def test_authors_that_are_refused(api: Caller, author: Any, title: str) -> None:
    """Validation errors take precedence over an unknown conversation."""
    assert titles_of(post(api, UNKNOWN, author=author)) == [title]


def test_subtypes_are_shown(api: Caller, group: str) -> None:
    answer = post(api, group, author={"type": "business", "subtypes": ["AI"]})
    assert answer.json()["messages"][0]["author"] == {"type": "business", "subtypes": ["AI"]}


SENT = [(name, place, content) for name, pair in CONTENTS.items() for place, content in enumerate(pair)]


@pytest.mark.parametrize(("name", "content"), [(name, one) for name, _, one in SENT], ids=lambda one: str(one)[:20])
def test_every_content_is_shown_as_it_was_sent(api: Caller, group: str, name: str, content: Any) -> None:
    given = {"type": name, **content}
    schema = {"schema": "whatsapp"} if name == "template" else {}
    answer = post(api, group, given, **schema)
    if name == "formResponse":
        assert titles_of(answer) == ["content of type formResponse cannot be sent through the API"]
        return
    assert answer.status_code == 201, answer.text
    message = answer.json()["messages"][0]
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == [message]
    sent = {key: value for key, value in given.items() if key not in ("markdownText", "attachmentId")}
    assert _without_nulls(sent).items() <= message["content"].items()
    # A template is in the format of its channel, and may contain nulls.
    assert name == "template" or message["content"] == _without_nulls(message["content"])


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def test_rich_texts_have_a_plain_text_too(api: Caller, group: str) -> None:
    markdown = {"type": "text", "markdownText": "# Hello\n\n*you* & <b>me</b>\n\n- [here](https://example.invalid)"}
    assert shown(api, group, markdown) == {
        "type": "text",
        "text": "Hello\nyou & <b>me</b>\nhere",
        "htmlText": "<h1>Hello</h1>\n<p><em>you</em> &amp; &lt;b&gt;me&lt;/b&gt;</p>\n<ul>\n"
        '<li><a href="https://example.invalid">here</a></li>\n</ul>',
    }
    html = {"type": "text", "htmlText": "<p>One</p><p>Two&amp;<br/>three</p><script>no()</script>"}
    assert shown(api, group, html) == {**html, "text": "One\nTwo&\nthree"}
    for odd in ("<![x]>", "<![ [", "<![CDATA[&]]>", "<![if !x]>", "<!DOCTYPE [>", "<!-", "<?", "</!"):
        assert shown(api, group, {"type": "text", "htmlText": f"<p>One</p>{odd}<p>Two</p>"})["text"] == "One\nTwo"
    both = {"type": "text", "text": "Plain", "htmlText": "<p>Rich</p>"}
    assert shown(api, group, both) == both
    assert titles_of(post(api, group, {"type": "text", "markdownText": "<" * 2000})) == [
        "content.htmlText should NOT be longer than 4096 characters"
    ]


def test_contents_have_a_fallback_text(api: Caller, group: str) -> None:
    more = {"type": "link", "text": "More info", "uri": "https://example.invalid"}
    items = [
        {
            "title": "Tacos",
            "description": "Today!",
            "actions": [{"type": "postback", "text": "S", "payload": "T"}, more],
        },
        {"title": "Ramen", "actions": [more]},
    ]
    text = "1. Tacos\nToday!\nMore info: https://example.invalid\n\n2. Ramen\nMore info: https://example.invalid"
    assert shown(api, group, {"type": "carousel", "items": items}) == {"type": "carousel", "items": items, "text": text}
    assert shown(api, group, {"type": "list", "items": items}) == {"type": "list", "items": items, "text": text}
    place = {"type": "location", "coordinates": {"lat": 45.5261583, "long": -73.595346}}
    where = "Location shared:\nhttps://maps.google.com/maps?q=45.5261583,-73.595346"
    assert shown(api, group, place) == {**place, "text": where}
    form = {"type": "form", "fields": [{"type": "text", "name": "n", "label": "Your name?"}]}
    assert shown(api, group, form) == {**form, "submitted": False}


def test_the_fallback_text_of_a_file_is_its_name(api: Caller, group: str) -> None:
    assert shown(api, group, {"type": "image", "mediaUrl": PICTURE})["altText"] == "a lamp.png"
    assert shown(api, group, {"type": "file", "mediaUrl": PICTURE, "altText": ""})["altText"] == ""
    assert "altText" not in shown(api, group, {"type": "file", "mediaUrl": "https://example.invalid/"})
    assert "altText" not in shown(api, group, {"type": "file", "mediaUrl": "https://[/a.png"})


def test_one_action_may_be_the_default(api: Caller, group: str) -> None:
    view = {
        "type": "webview",
        "text": "Map",
        "uri": "https://a.org",
        "fallback": "https://a.org",
        "openOnReceive": True,
    }
    assert shown(api, group, {**TEXT, "actions": [view]})["actions"] == [view]
    refused = post(api, group, {**TEXT, "actions": [view, view]})
    assert titles_of(refused) == ["content should have at most one action with openOnReceive"]


def test_metadata(api: Caller, group: str) -> None:
    answer = post(api, group, metadata={"lang": "en", "gone": None, "level": 2})
    assert answer.json()["messages"][0]["metadata"] == {"lang": "en", "level": 2}
    assert "metadata" not in post(api, group, metadata={"gone": None}).json()["messages"][0]
    too_large = {"key": "x" * 5000}
    assert titles_of(post(api, UNKNOWN, metadata=too_large)) == ["Message metadata is limited to 4096 bytes in size."]
    reply = {"type": "reply", "text": "Aye", "payload": "Y"}
    assert shown(api, group, {**TEXT, "actions": [{**reply, "metadata": {"gone": None}}]})["actions"] == [reply]
    refused = post(api, group, {**TEXT, "actions": [{**reply, "metadata": too_large}]})
    assert titles_of(refused) == ["Action metadata is limited to 4096 bytes in size."]


def test_override_and_destination_are_stored_and_not_returned(api: Caller, database: Database) -> None:
    where = api.new_personal(api.new_user("ada"))
    kept = {"override": {"line": {"payload": {"a": [None, 1]}}}, "destination": {"integrationType": "none"}}
    message = post(api, where, **kept).json()["messages"][0]
    assert set(message) == {"id", "received", "author", "content", "source"}
    ((routing,),) = database.rows("SELECT routing FROM message WHERE id = $1", message["id"])
    assert json.loads(routing) == kept
    assert api.unread(where) == [1], "a silent message is not delivered, but is unread"


def test_a_destination_is_for_the_business_in_a_personal_conversation(api: Caller, group: str) -> None:
    user = api.new_user("carol")
    where = api.new_personal(user)
    silent = {"integrationType": "none"}
    by_user = post(api, UNKNOWN, author=author_of(userId=UNKNOWN), destination=silent)
    assert titles_of(by_user) == ["destination is only for an author of type business"]
    in_group = post(api, group, destination=silent)
    assert titles_of(in_group) == ["destination is only applicable to conversations of type personal"]
    refusal = ["The user has no client for the destination attached to the conversation"]
    for chosen in ({"integrationType": "whatsapp"}, {"integrationType": ""}, {"integrationId": UNKNOWN}):
        assert titles_of(post(api, where, destination=chosen)) == refusal
    integration, client = Links(api, user, where).new()
    by_type, by_id = {"integrationType": "twilio"}, {"integrationId": integration}
    outcomes = (None, 400), ("confirmed", 201), ("blocked", 400), ("unblocked", 201)
    for outcome, status in outcomes:
        if outcome:
            set_outcome(api, user, client, outcome)
        assert [post(api, where, destination=chosen).status_code for chosen in (by_type, by_id)] == [status] * 2
    body = {"type": "personal", "participants": [{"userId": user, "subscribeSDKClient": True}]}
    with_sdk = api.ok("POST", "/conversations", body)["conversation"]["id"]
    assert post(api, with_sdk, destination={"integrationType": "web"}).status_code == 201
    assert titles_of(post(api, with_sdk, destination=by_id)) == refusal


def test_the_event_has_the_message_as_returned(api: Caller, group: str) -> None:
    user = api.participants(group)[0]["userId"]
    said = post(api, group, author=author_of(userId=user), metadata={"a": 1}).json()["messages"][0]
    api.say(group)
    by_user, by_business = [one for one in events_of(api) if one.type == "conversation:message"]
    about = {"id": group, "type": "sdkGroup"}
    who = {"id": user, "authenticated": False, "externalId": "ada"}
    assert by_user.payload == {"conversation": about, "message": {**said, "author": {**said["author"], "user": who}}}
    assert by_user.conversation_id == group
    assert by_business.payload["message"]["author"] == BUSINESS


def test_api_messages_do_not_change_clients(api: Caller, group: str) -> None:
    user = api.new_user("carol")
    joined = api.join(group, user, subscribe=True)
    api.say(group, userId=user)
    api.read(group, userId=user)
    assert api.participants(group)[-1]["clientAssociations"] == joined["clientAssociations"]
    api.say(group, userExternalId="ada")
    assert api.participants(group)[0]["clientAssociations"] == []
