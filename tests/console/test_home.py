"""The first screen of the console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.browsing import Console, copied_text
from tests.recording.looking import sent_and_recorded

pytestmark = pytest.mark.one_engine


def row(page: Page, text: str) -> None:
    """Assert that the list of activity has a row with this text."""
    expect(page.get_by_role("listbox").get_by_role("option").filter(has_text=text).first).to_be_visible()


def test_an_empty_app_shows_how_to_begin(console: Console) -> None:
    console.open()
    page = console.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for your first request")
    code = page.locator(".code pre")
    expect(code).to_contain_text(f"{console.url}/v2/apps/{console.app_id}/conversations")
    page.get_by_role("button", name="Python").click()
    expect(code).to_contain_text("client.conversations.create_conversation(")
    page.get_by_role("button", name="Copy", exact=True).click()
    assert copied_text(page, "client.conversations.create_conversation(") == code.text_content()
    console.assert_accessible()
    page.get_by_role("button", name="Create a demo group").click()
    expect(page.get_by_role("status").filter(has_text="Created the group Crew")).to_be_visible()
    link = page.get_by_role("link", name="Open Crew").get_attribute("href")
    (group,) = console.api.ok("GET", "/conversations?filter[userExternalId]=ada")["conversations"]
    assert link == f"/console/{console.app_id}/conversations/{group['id']}"
    row(page, "conversations/…/join")
    row(page, "conversation:message")
    page.get_by_role("button", name="Send webhooks to the inbox").click()
    expect(page.get_by_text("Created the integration Inbox")).to_be_visible()
    page.get_by_role("button", name="Create a demo group").click()
    row(page, "conversation:message→inbox")
    console.assert_accessible()
    page.get_by_role("button", name="Chat as a user").click()
    expect(page).to_have_url(re.compile(r"/conversations/[0-9a-f]{24}\?play=1$"))
    assert _newest(console) in page.url


def _newest(console: Console) -> str:
    found = console.api.ok("GET", f"/heliograph/v1/apps/{console.app_id}/conversations?page[size]=1")
    return str(found["conversations"][0]["id"])


def test_a_busy_app_shows_what_failed(console: Console) -> None:
    api, page = console.api, console.page
    group = api.new_group()
    for _ in range(3):
        assert api("POST", f"/conversations/{group}/join", {"userExternalId": "ada"}).status_code == 400
    assert api("GET", "/users/nobody").status_code == 404
    hook = {"target": "http://127.0.0.1:9/hook", "triggers": ["conversation:read"]}
    api.ok("POST", "/integrations", {"type": "custom", "displayName": "Down", "webhooks": [hook]})
    read = {"author": {"type": "business"}, "type": "conversation:read"}
    # Until a request is recorded, the screen of an app without requests is shown, and it does not change.
    sent_and_recorded(api, "POST", f"/conversations/{group}/activity", read)
    console.open()
    errors = page.locator(".trouble", has_text="Recent errors")
    expect(errors).to_contain_text("4 in the last 24 hours")
    expect(errors.get_by_role("listitem").first).to_contain_text("3×400JoinConversation")
    webhooks = page.locator(".trouble", has_text="Webhooks")
    expect(webhooks).to_contain_text("http://127.0.0.1:9/hook")
    webhooks.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("status").filter(has_text="Sent")).to_be_visible()
    page.get_by_text("Connect a program").click()
    console.assert_accessible()
    assert api("GET", "/users/nobody").status_code == 404
    expect(errors).to_contain_text("5 in the last 24 hours")
    errors.get_by_role("link", name="GetUser", exact=True).click()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("User not found")


def test_a_viewer_sees_no_actions(viewer: Console) -> None:
    viewer.open()
    expect(viewer.page.get_by_role("heading", level=1)).to_have_text("Waiting for your first request")
    expect(viewer.page.get_by_role("button", name="Create a demo group")).to_have_count(0)
    viewer.assert_accessible()
