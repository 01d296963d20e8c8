"""The inboxes of a sandbox in the console."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine

MARKUP = "<img src=x onerror=alert(1)>"


def test_calls_arrive_with_checks_and_get_the_responses_of_the_script(console: Console, own: Caller) -> None:
    page = console.page
    console.open("inbox")
    expect(page.get_by_text("Nothing received yet")).to_be_visible()
    console.assert_accessible()
    url = page.locator("code").first.inner_text()
    page.get_by_role("button", name="Create webhook").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Target URL")).to_have_value(url)
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=url)).to_be_visible()
    console.open("inbox")
    page.get_by_role("button", name="Edit").click()
    dialog.get_by_role("button", name="503 ×3, then 200").click()
    dialog.get_by_label("Steps").fill("503\n200 after never")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("steps[1] should be a status")).to_be_visible()
    dialog.get_by_label("Steps").fill("503\n200")
    console.assert_accessible()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("503, then 200")).to_be_visible()
    own.new_group()
    row = page.get_by_role("option", name=re.compile("conversation:create"))
    expect(row).to_contain_text(re.compile("attempt 1.*→ 503"))
    expect(page.get_by_text("next: step 2")).to_be_visible()
    row.click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("list", name="Checks").get_by_role("listitem")).to_have_text(
        ["Secret valid", "Payload valid", "In order", "First delivery"]
    )
    console.assert_accessible()
    detail.get_by_role("button", name="Raw").click()
    expect(detail.locator("pre")).to_contain_text(re.compile(r"^POST / HTTP/1\.1\n(.*\n)*x-api-key: "))
    detail.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Attempts")).to_be_visible()


def test_calls_of_others_are_kept_as_they_are_until_they_are_cleared(console: Console, own: Caller) -> None:
    page = console.page
    inbox = f"{own.url}/_inbox/{own.app_id}/mine"
    own.http.post(f"{inbox}/deep?a=1", content=MARKUP.encode(), headers={"X-Markup": MARKUP})
    console.open("inbox", name="mine")
    row = page.get_by_role("option", name=re.compile("deep"))
    expect(row).to_contain_text("Check failed")
    row.click()
    detail = page.get_by_role("article")
    expect(detail.get_by_text("Payload invalid")).to_be_visible()
    expect(detail.locator("pre")).to_have_text(MARKUP)
    expect(detail.get_by_role("definition").filter(has_text=MARKUP)).to_be_visible()
    own.http.put(inbox, json={"events": [{"type": MARKUP}]})
    expect(page.get_by_role("option", name=re.compile("onerror"))).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    dialog = page.get_by_role("dialog", name="Clear the inbox mine?")
    dialog.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing received yet")).to_be_visible()
    own.http.get(inbox)
    expect(page.get_by_role("option", name=re.compile("GET"))).to_be_visible()
    page.get_by_label("Inbox").select_option("default")
    expect(page.get_by_text("Nothing received yet")).to_be_visible()


def test_a_viewer_of_an_inbox_sees_no_secret(viewer: Console, own: Caller) -> None:
    page = viewer.page
    own.http.post(f"{own.url}/_inbox/{own.app_id}/default", json={}, headers={"X-API-Key": "secret-of-a-hook"})
    viewer.open("inbox")
    page.get_by_role("option", name=re.compile("POST")).click()
    expect(page.get_by_role("article").get_by_text("••••")).to_be_visible()
    assert "secret-of-a-hook" not in page.content()
    for name in ("Create webhook", "Clear", "Edit"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
