"""Messages of the business to stand-ins of third-party channels (messages.* in docs/behaviour.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.database import Database
from tests.api.end_users import post
from tests.api.linking import Links, outbound_of, set_outcome
from tests.harness import Caller

FORM = {"type": "form", "fields": [{"type": "text", "name": "name", "label": "Name"}]}
OVERRIDE = {"whatsapp": {"payload": {"type": "sticker"}}}


@pytest.fixture
def links(api: Caller) -> Links:
    """A user who is linked to a phone number."""
    links = Links(api, api.new_user("ada"))
    links.link("immediate")
    return links


def sent(links: Links) -> list[Any]:
    """The messages that the channel would have been sent."""
    return [one for one in outbound_of(links.api)["outbound"] if one["kind"] == "message"]


def outcomes(links: Links, database: Database) -> list[Any]:
    """The events about what became of messages."""
    events = database.events_of(links.api.app_id, links.conversation)
    return [one for one in events if one.type.startswith("conversation:message:delivery:")]


def test_a_message_reaches_the_channel_after_it_was_posted(links: Links, database: Database) -> None:
    message = links.api.say(links.conversation)
    (client,) = links.listed()
    (row,) = sent(links)
    assert (row["conversationId"], row["clientId"]) == (links.conversation, client["id"])
    assert row["content"] == {"message": message}
    posted, reached = database.events_of(links.api.app_id, links.conversation)[-2:]
    assert (posted.type, reached.type) == ("conversation:message", "conversation:message:delivery:channel")
    assert reached.payload == {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "conversation": {"id": links.conversation, "type": "personal"},
        "message": {"id": message["id"]},
        "destination": {"type": "twilio", "integrationId": links.integration},
        "isFinalEvent": True,
    }


def test_what_is_posted_for_a_channel_is_sent_to_it(links: Links) -> None:
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hi"}, "override": OVERRIDE}
    for destination in ({"integrationType": "twilio"}, {"integrationId": links.integration}):
        links.api.ok("POST", f"/conversations/{links.conversation}/messages", {**body, "destination": destination})
    assert [one["content"]["override"] for one in sent(links)] == [OVERRIDE] * 2


def test_a_form_and_a_blocked_client_fail(links: Links, database: Database) -> None:
    form = post(links.api, links.conversation, FORM)
    set_outcome(links.api, links.user, links.listed()[0]["id"], "blocked")
    links.api.say(links.conversation)
    assert sent(links) == []
    found = outcomes(links, database)
    assert [one.type.rpartition(":")[2] for one in found] == ["failure"] * 2
    assert found[0].payload["message"] == {"id": form["id"]}
    assert [one.payload["error"] for one in found] == [
        {"code": "uncategorized_error", "message": "Unsupported message type `form`"},
        {"code": "uncategorized_error", "message": "The client is blocked"},
    ]


def test_nothing_is_sent_of_users_in_groups_to_sdks_or_silently(links: Links, database: Database) -> None:
    api = links.api
    api.say(links.conversation, userId=links.user)
    silent = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hi"}}
    destination = {"destination": {"integrationType": "none"}}
    api.ok("POST", f"/conversations/{links.conversation}/messages", {**silent, **destination})
    group = api.new_group(links.user)
    api.say(group)
    other = api.new_personal(api.new_user())
    api.say(other)
    assert sent(links) == []
    assert outcomes(links, database) == []
