"""The list of conversations, and a conversation with its messages and details."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def row(console: Console, name: str) -> Locator:
    """A row of the list of conversations."""
    return console.page.get_by_role("listbox", name="Conversations").get_by_role("option", name=name)


def messages(console: Console) -> Locator:
    """The messages as the business sees them."""
    return console.page.get_by_role("group", name="Messages", exact=True).get_by_role("listitem")


def post(api: Caller, conversation: str, content: dict[str, Any]) -> str:
    """Post a message of the business; returns its id."""
    body = {"author": {"type": "business", "displayName": "Bot"}, "content": content}
    (message,) = api.ok("POST", f"/conversations/{conversation}/messages", body)["messages"]
    return str(message["id"])


def test_the_list_is_updated_live(console: Console) -> None:
    """An empty list, a conversation created in the dialog, and a new message that moves one to the front."""
    page = console.page
    console.open("conversations")
    expect(page.get_by_role("heading", name="No recent activity")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("button", name="New conversation").click()
    page.get_by_label("Name", exact=True).fill("Crew")
    page.get_by_role("dialog").get_by_label("Participants").fill("ada, bob")
    console.assert_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Crew")).to_be_visible()
    expect(page.get_by_role("link", name="2 of 1,000")).to_be_visible()
    expect(row(console, "Crew")).to_have_attribute("aria-selected", "true")
    ada = console.api.new_user("carl", profile={"givenName": "Carl"})
    order = console.api.new_group(ada, displayName="Order")
    page.get_by_role("button", name="Active").click()
    console.api.say(order, "Where is it?", userId=ada)
    first = page.get_by_role("listbox", name="Conversations").get_by_role("option").first
    expect(first).to_contain_text("Carl: Where is it?")
    expect(first).to_contain_text("Unread")
    console.api.ok(
        "POST", f"/conversations/{order}/activity", {"author": {"type": "business"}, "type": "conversation:read"}
    )
    expect(first).not_to_contain_text("Unread")


def test_every_type_of_content(console: Console) -> None:
    """Each is shown as sent. HTML in a text is shown as text, and external images are loaded on a click only."""
    page, api = console.page, console.api
    ada = api.new_user("ada", profile={"givenName": HOSTILE[:50]})
    group = api.new_group(ada, displayName=HOSTILE)
    button = {"type": "postback", "text": "Choose", "payload": "boots"}
    for content in (
        {"type": "text", "text": HOSTILE, "actions": [{"type": "reply", "text": "Morning", "payload": "m"}]},
        {"type": "text", "htmlText": f"<p>So <b>bold</b></p>{HOSTILE}<a href='javascript:alert(1)'>no link</a>"},
        {"type": "text", "markdownText": "See [the page](https://example.org/page)"},
        {"type": "image", "mediaUrl": "https://cdn.example.org/boots.jpg"},
        {"type": "carousel", "items": [{"title": "Boots", "description": "Brown", "actions": [button]}]},
        {"type": "list", "items": [{"title": "Express", "actions": [button]}]},
        {"type": "location", "coordinates": {"lat": 52.5, "long": 13.4}, "location": {"name": "Shop"}},
        {"type": "file", "mediaUrl": "https://cdn.example.org/terms.pdf"},
        {"type": "form", "fields": [{"type": "text", "name": "name", "label": "Your name"}]},
    ):
        post(api, group, content)
    console.open(f"conversations/{group}")
    shown = messages(console)
    for text in (
        HOSTILE,
        "Morning",
        "Boots",
        "Express",
        "Shop",
        "terms.pdf",
        "Your name",
        "Image from cdn.example.org",
    ):
        expect(shown.filter(has_text=text).first).to_be_visible()
    expect(page.locator(".rich-text b")).to_have_text("bold")
    expect(page.get_by_role("link", name="no link")).to_have_count(0)
    expect(page.get_by_role("link", name="the page")).to_have_attribute("href", "https://example.org/page")
    expect(page.locator("main img")).to_have_count(0)
    console.assert_accessible()


def test_write_as_the_business_and_as_a_participant(console: Console) -> None:
    """With Enter, with a form, and as JSON. A validation error selects the invalid value."""
    page, api = console.page, console.api
    ada = api.new_user("ada")
    group = api.new_group(ada, displayName="Crew")
    console.open(f"conversations/{group}")
    page.get_by_label("Message", exact=True).fill("Hello\nyou")
    page.keyboard.press("Enter")
    expect(messages(console).filter(has_text="Hello")).to_contain_text("Business")
    page.get_by_role("button", name="Send as").click()
    page.get_by_role("menuitem", name="ada").click()
    page.get_by_label("Message", exact=True).fill("Good morning")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(messages(console).filter(has_text="Good morning")).to_contain_text("ada")
    page.get_by_role("button", name="Send as").click()
    page.get_by_role("menuitem", name="Business", exact=True).click()
    page.get_by_role("button", name="Quick replies").click()
    page.get_by_label("Text", exact=True).fill("When?")
    page.get_by_label("Text of reply 1").fill("Today")
    page.get_by_label("Text of reply 2").fill("Tomorrow")
    page.get_by_role("button", name="Edit as { } JSON").click()
    body = page.get_by_label("Body of the message")
    text = body.input_value()
    body.fill(text.replace('"reply"', '"replay"', 1))
    page.get_by_role("button", name="Send", exact=True).click()
    problem = page.get_by_role("alert").get_by_role("listitem").first
    expect(problem).to_contain_text("content.actions[0].type")
    problem.get_by_role("button").click()
    assert body.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)") == '"replay"'
    console.assert_accessible()
    body.fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(messages(console).filter(has_text="When?")).to_contain_text("Tomorrow")
    posted = api.ok("GET", f"/conversations/{group}/messages")["messages"]
    assert [one["content"]["text"] for one in posted] == ["Hello\nyou", "Good morning", "When?"]


# Resolves after the scroll event has been handled.
TO_THE_TOP = """one => new Promise((done) => {
  one.addEventListener("scroll", () => setTimeout(done), { once: true });
  one.scrollTop = 0;
})"""


def test_older_messages_are_loaded_on_scrolling_up(console: Console) -> None:
    """The newest page is shown at its end, scrolling up loads the previous page, and new messages are announced."""
    api, page = console.api, console.page
    group = api.new_group(displayName="Long")
    for number in range(130):
        api.say(group, f"Message {number}")
    streams: list[Route] = []
    page.route("**/activity*", lambda route: streams.append(route))
    with page.expect_request("**/activity*"):
        console.open(f"conversations/{group}")
    expect(messages(console).filter(has_text="Message 129")).to_be_in_viewport()
    expect(messages(console).filter(has_text="Message 29")).to_have_count(0)
    # The newest page is loaded again when the stream begins; the user scrolls up meanwhile.
    reloads: list[Route] = []
    page.route("**/messages", lambda route: reloads.append(route))
    with page.expect_request("**/messages"):
        for stream in streams:
            stream.continue_()
    page.get_by_role("group", name="Messages", exact=True).evaluate(TO_THE_TOP)
    for reload in reloads:
        reload.continue_()
    expect(messages(console).get_by_text("Message 29", exact=True)).to_have_count(1)
    api.say(group, "The newest")
    page.get_by_role("button", name="1 new message").click()
    expect(messages(console).filter(has_text="The newest")).to_be_in_viewport()


def test_a_first_message_that_arrives_before_the_empty_page(console: Console) -> None:
    """The stream reports the message before the response with the still empty list arrives."""
    api, page = console.api, console.page
    group = api.new_group(displayName="Crew")
    loads: list[Route] = []
    page.route("**/messages", lambda route: loads.append(route))
    with page.expect_request("**/messages"):
        console.open(f"conversations/{group}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    empty = api("GET", f"/conversations/{group}/messages").json()
    api.say(group, "The first")
    expect(messages(console).filter(has_text="The first")).to_be_visible()
    # The list is loaded again when the stream begins.
    page.route("**/messages", lambda route: route.fulfill(json=empty))
    for load in loads:
        load.fulfill(json=empty)
    expect(page.get_by_role("group", name="Messages", exact=True).get_by_text("Loading…")).to_have_count(0)
    expect(messages(console).filter(has_text="The first")).to_be_visible()


def test_delete_a_message_and_the_conversation(console: Console) -> None:
    """Both ask for confirmation, and name the object that is deleted."""
    page, api = console.page, console.api
    group = api.new_group(displayName="Crew")
    api.say(group, "A mistake")
    console.open(f"conversations/{group}")
    page.get_by_role("button", name="Details of the message of Business").click()
    console.assert_accessible()
    page.get_by_role("button", name="Delete message").click()
    expect(page.get_by_role("dialog")).to_contain_text("A mistake")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(messages(console).filter(has_text="A mistake")).to_have_count(0)
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == []
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete conversation").click()
    expect(page.get_by_role("dialog", name="Delete Crew?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="This conversation was deleted")).to_be_visible()
    expect(row(console, "Crew")).to_have_count(0)


def test_participants_and_activity(console: Console) -> None:
    """A user is added and removed. The activity shows the requests, with their events and statuses."""
    page, api = console.page, console.api
    ada = api.new_user("ada")
    group = api.new_group(ada, displayName="Crew")
    console.open(f"conversations/{group}", tab="participants")
    rows = page.get_by_role("listbox", name="Participants").get_by_role("option")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("User ID or external ID").fill("bob")
    page.get_by_role("dialog").get_by_role("button", name="Add participant").click()
    expect(rows).to_have_count(2)
    expect(messages(console).filter(has_text="bob joined")).to_be_visible()
    api.say(group, "Hello")
    expect(rows.filter(has_text="bob")).to_contain_text("1 unread")
    rows.filter(has_text="bob").click()
    console.assert_accessible()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog", name="Remove bob from Crew?").get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(1)
    expect(messages(console).filter(has_text="bob left")).to_be_visible()
    api.read(group, userId=ada)
    expect(messages(console).filter(has_text="Seen by ada")).to_be_visible()
    page.get_by_role("button", name="Activity").click()
    entries = page.get_by_role("group", name="Activity").get_by_role("listitem")
    expect(entries.filter(has_text="POST leave")).to_contain_text("conversation:leave bob")
    expect(entries.filter(has_text="POST messages")).to_contain_text("201")
    console.assert_accessible()


def test_both_ends_of_a_long_list_of_participants(console: Console) -> None:
    """`End` shows the newest participant although only the first page is loaded, and `Home` goes back."""
    page, api = console.page, console.api
    group = api.new_group()
    for number in range(105):
        api.join(group, api.new_user(f"user-{number}"))
    console.open(f"conversations/{group}", tab="participants")
    first = page.get_by_role("listbox", name="Participants").get_by_role("option").first
    expect(first).to_contain_text("user-0")
    page.get_by_role("listbox", name="Participants").focus()
    page.keyboard.press("End")
    expect(first).to_contain_text("user-104")
    page.keyboard.press("Home")
    expect(first).to_contain_text("user-0")
    page.get_by_role("button", name="Joined last").click()
    page.get_by_role("listbox", name="Participants").focus()
    page.keyboard.press("Home")
    expect(first).to_contain_text("user-104")


def test_edit_the_properties(console: Console) -> None:
    """Only changed properties are sent, and removed metadata is deleted."""
    page, api = console.page, console.api
    group = api.new_group(displayName="Crew", metadata={"kept": 1, "old": 2})
    console.open(f"conversations/{group}", tab="json")
    page.get_by_role("button", name="Edit").click()
    editor = page.get_by_label("Properties that can be changed")
    editor.fill("{")
    expect(page.get_by_role("alert")).to_contain_text("This is not JSON from here on")
    editor.fill(json.dumps({"displayName": "Night shift", "metadata": {"kept": 1}}))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Night shift")).to_be_visible()
    expect(row(console, "Night shift")).to_be_visible()
    shown = api.ok("GET", f"/conversations/{group}")["conversation"]
    assert (shown["displayName"], shown["metadata"]) == ("Night shift", {"kept": 1})
    console.assert_accessible()


def test_control(console: Console) -> None:
    """Shows which integration is in control; passes, offers, accepts and releases control."""
    page, api = console.page, console.api
    board = api.ok("POST", "/switchboards")["switchboard"]["id"]
    hook = {"target": "https://example.org/hook", "triggers": ["switchboard:passControl"]}
    for name in ("desk", "bot"):
        integration = api.ok("POST", "/integrations", {"type": "custom", "displayName": name, "webhooks": [hook]})
        body = {"name": name, "integrationId": integration["integration"]["id"], "deliverStandbyEvents": False}
        member = api.ok("POST", f"/switchboards/{board}/switchboardIntegrations", body)["switchboardIntegration"]["id"]
    api.ok("PATCH", f"/switchboards/{board}", {"enabled": True, "defaultSwitchboardIntegrationId": member})
    group = api.new_group(displayName="Crew")
    console.open(f"conversations/{group}")
    expect(page.get_by_text("In control: bot")).to_be_visible()
    page.get_by_role("button", name="Pass…").click()
    page.get_by_label("To").select_option(label="desk (custom)")
    page.get_by_role("dialog").get_by_role("button", name="Pass").click()
    expect(page.get_by_text("In control: desk")).to_be_visible()
    expect(messages(console).filter(has_text="Control passed to desk")).to_be_visible()
    page.get_by_role("button", name="Offer…").click()
    page.get_by_role("dialog").get_by_role("button", name="Offer").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("In control: bot")).to_be_visible()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("In control: none")).to_be_visible()
    console.assert_accessible()


def test_viewers_read_only(viewer: Console) -> None:
    """A viewer sees messages and details, and no action that would fail."""
    page, api = viewer.page, viewer.api
    ada = api.new_user("ada")
    group = api.new_group(ada, displayName="Crew")
    api.say(group, "Hello")
    viewer.open(f"conversations/{group}", tab="participants", play="1")
    expect(messages(viewer).filter(has_text="Hello")).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Read-only", exact=True)).to_be_visible()
    page.get_by_role("listbox", name="Participants").get_by_role("option", name="ada").click()
    expect(page.get_by_role("dialog", name="ada")).to_be_visible()
    for name in ("New", "Play", "Add", "Send", "More actions", "Remove…"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.get_by_role("button", name="Close").last.click()
    viewer.assert_accessible()


def test_a_conversation_that_does_not_exist(console: Console) -> None:
    console.open("conversations/0123456789abcdef01234567")
    expect(console.page.get_by_role("heading", name="There is no such conversation")).to_be_visible()
    console.page.get_by_role("button", name="All conversations").click()
    expect(console.page.get_by_role("heading", name="Select a conversation")).to_be_visible()
