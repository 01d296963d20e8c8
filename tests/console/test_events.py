"""Events in the console, and test events."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine

MARKUP = "<img src=x onerror=alert(1)>"


def test_events_appear_with_their_cause_payload_and_deliveries(console: Console, own: Caller) -> None:
    page = console.page
    inbox = f"{own.url}/_inbox/{own.app_id}/default"
    hook = {"target": inbox, "triggers": ["conversation:join"]}
    own.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    console.open("events")
    expect(page.get_by_text("No events yet")).to_be_visible()
    group = own.ok("POST", "/conversations", {"type": "sdkGroup", "displayName": "Crew"})["conversation"]["id"]
    user = own.ok("POST", "/users", {"externalId": MARKUP})["user"]["id"]
    joined = own("POST", f"/conversations/{group}/join", {"userExternalId": MARKUP, "subscribeSDKClient": False})
    row = page.get_by_role("listbox", name="Events").get_by_role("option").filter(has_text="conversation:join")
    expect(row).to_contain_text(f"{MARKUP} · Crew")
    console.assert_accessible()
    row.click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("link", name="/default")).to_contain_text(inbox)
    expect(detail.get_by_text(re.compile(r"200 \d+ ms"))).to_be_visible()
    expect(detail.locator("pre")).to_contain_text(f'"externalId": "{MARKUP}"')
    link = detail.get_by_role("link", name=re.compile(joined.headers["x-request-id"][:12]))
    expect(link).to_have_attribute("href", re.compile(f"requestId={joined.headers['x-request-id']}"))
    console.assert_accessible()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    page.get_by_label("Filter by").select_option("User")
    page.get_by_label("User ID").fill(user)
    expect(page.get_by_role("listbox", name="Events").get_by_role("option")).to_have_count(1)
    page.get_by_label("User ID").fill("0" * 24)
    expect(page.get_by_text("No events match")).to_be_visible()
    page.get_by_label("User ID").fill("")
    page.get_by_label("Type").select_option("conversation:create")
    expect(page.get_by_role("listbox", name="Events").get_by_role("option")).to_have_count(1)
    expect(page).to_have_url(re.compile("type=conversation%3Acreate"))
    page.reload()
    expect(page.get_by_role("listbox", name="Events").get_by_role("option")).to_have_count(1)


def test_an_example_is_edited_and_sent_and_an_event_is_sent_again(console: Console, own: Caller) -> None:
    page = console.page
    console.open("events")
    page.get_by_role("button", name="Trigger event").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type").select_option("conversation:join")
    expect(dialog.get_by_label("Payload")).to_have_value(re.compile('"externalId": "example-'))
    dialog.get_by_label("Payload").fill("[1]")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("The payload is not a JSON object").first).to_be_visible()
    console.assert_accessible()
    dialog.get_by_label("Type").select_option("client:add")
    dialog.get_by_label("Type").select_option("conversation:join")
    expect(dialog.get_by_label("Payload")).to_have_value(re.compile('"externalId": "example-'))
    expect(dialog.get_by_label("Payload")).not_to_have_value(re.compile("channelLinking"))
    text = re.sub(r"example-\w+", "edited", dialog.get_by_label("Payload").input_value())
    dialog.get_by_label("Payload").fill(text)
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("Choose at least one receiver.")).to_be_visible()
    dialog.get_by_label("Listeners").check()
    dialog.get_by_role("button", name="Send").click()
    detail = page.get_by_role("article")
    expect(detail.locator("pre")).to_contain_text('"externalId": "edited"')
    expect(detail).to_contain_text("test event")
    detail.get_by_role("button", name="Send to…").click()
    dialog.get_by_label("Inbox default").check()
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("option", name=re.compile("conversation:join")).click()
    expect(page.get_by_role("article").locator("pre")).to_contain_text('"externalId": "edited"')


def test_a_viewer_sees_events_and_sends_none(viewer: Console, own: Caller) -> None:
    own.new_group()
    viewer.open("events")
    viewer.page.get_by_role("listbox", name="Events").get_by_role("option").click()
    expect(viewer.page.get_by_role("article").locator("pre")).to_contain_text('"conversation"')
    for name in ("Trigger event", "Send to…"):
        expect(viewer.page.get_by_role("button", name=name)).to_be_hidden()
    viewer.open(f"events/{'0' * 23}1")
    expect(viewer.page.get_by_text("This event does not exist any more")).to_be_visible()
