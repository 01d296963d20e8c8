"""The console of a server that hides the contents of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.api.end_users import EndUser, post
from tests.console.browsing import signed_in
from tests.harness import Caller, Server, init, new_app, serving

pytestmark = pytest.mark.one_engine

FIELD = {"type": "text", "name": "name", "label": "Sunflower"}
CONTENTS: list[dict[str, Any]] = [
    {"type": "image", "mediaUrl": "https://files.example.com/sunflower.png", "altText": "Sunflower"},
    {"type": "carousel", "items": [{"title": "Sunflower", "actions": [{"type": "buy", "text": "Buy", "amount": 1}]}]},
    {"type": "form", "fields": [FIELD]},
    {"type": "text", "text": "Sunflower"},
]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A caller with the key of an app on a server with `--console-contents no`."""
    options = ("--sandbox-tools", "yes", "--console-contents", "no")
    with serving(tmp_path_factory.mktemp("contents") / "heliograph.db", *options) as server:
        yield from _caller(server)


def _caller(server: Server) -> Iterator[Caller]:
    account = Caller(server.url, init(server.database_url).account_auth)
    yield new_app(account)
    account.http.close()


def test_messages_are_shown_as_types_and_sizes(context: BrowserContext, own: Caller) -> None:
    """Messages of the business and of a user, with a form response, in the list and in the conversation."""
    user = EndUser(own, own.new_user("ada"))
    conversation = user.begin()["id"]
    posted = [post(own, conversation, one) for one in CONTENTS]
    reply = {"type": "formResponse", "fields": [{**FIELD, "text": "Sunflower"}]}
    assert user.act(conversation, {"type": "message", "content": reply, "quotedMessageId": posted[2]["id"]}).is_success
    with signed_in(context, own.url, own) as console:
        console.open(f"conversations/{conversation}")
        shown = console.page.get_by_role("group", name="Messages", exact=True).locator("li.message")
        expect(shown).to_have_count(len(CONTENTS) + 1)
        for row, message in zip(shown.all(), posted, strict=False):
            # The form is stored again when it is submitted.
            content = {**message["content"], **({"submitted": True} if message["id"] == posted[2]["id"] else {})}
            size = len(json.dumps(content, separators=(",", ":")))
            expect(row).to_contain_text(f"{content['type']}, {size} bytes")
        expect(shown.last).to_contain_text("In response to Business")
        expect(shown.last).to_contain_text("formResponse, ")
        expect(console.page.get_by_text("Sunflower")).to_have_count(0)
        expect(console.page.get_by_text("This server hides the contents of messages")).to_be_visible()
        option = console.page.get_by_role("listbox", name="Conversations").get_by_role("option")
        expect(option).to_contain_text("Form submitted")
        console.page.get_by_label("Message", exact=True).fill("Rose")
        console.page.get_by_role("button", name="Send", exact=True).click()
        expect(shown.last).to_contain_text("text, ")
        expect(option).to_contain_text("Text")
        console.assert_accessible()
        console.open("sandbox")
        expect(console.page.get_by_role("button", name="Load a seed…")).to_be_visible()
        expect(console.page.get_by_role("button", name="Export this app")).to_have_count(0)
