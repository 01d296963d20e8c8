"""Webhooks in the console, and their deliveries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine

MARKUP = "<img src=x onerror=alert(1)>"


def script(api: Caller, *steps: Any, name: str = "default") -> str:
    """Set how an inbox responds; returns its URL."""
    path = f"/heliograph/v1/apps/{api.app_id}/sandbox/inboxes/{name}/script"
    return str(api.ok("PUT", path, {"steps": list(steps)})["inbox"]["url"])


def hook(api: Caller, target: str, *triggers: str) -> Any:
    """Create an integration with a webhook; returns the webhook."""
    body = {"type": "custom", "displayName": MARKUP, "webhooks": [{"target": target, "triggers": triggers or ["*"]}]}
    return api.ok("POST", "/integrations", body)["integration"]["webhooks"][0]


def deliveries(console: Console) -> Locator:
    """The rows of deliveries."""
    return console.page.get_by_role("listbox", name="Deliveries").get_by_role("option")


def test_a_failing_webhook_is_found_sent_again_and_delivered(console: Console, own: Caller) -> None:
    page = console.page
    own.ok("POST", f"/heliograph/v1/apps/{own.app_id}/sandbox/clock", {"freeze": True})
    console.open("webhooks")
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Send webhooks to the inbox").click()
    expect(page.get_by_text("No deliveries yet")).to_be_visible()
    script(own, {"status": 503, "body": MARKUP}, "404", "200")
    own.new_group()
    row = deliveries(console)
    expect(row).to_contain_text(re.compile(r"conversation:create.*503, retry in \d+ s"))
    row.click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("cell", name=MARKUP)).to_be_visible()
    console.assert_accessible()
    detail.get_by_role("button", name="Send now").click()
    expect(row).to_contain_text("404, failed")
    expect(detail.get_by_role("row")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    page.get_by_role("button", name="Resend failed…").click()
    dialog = page.get_by_role("dialog", name="Resend 1 event?")
    expect(dialog).to_contain_text("Your endpoint may receive them twice. Event IDs do not change.")
    console.assert_accessible()
    dialog.get_by_role("button", name="Resend").click()
    expect(row).to_contain_text(re.compile(r"200 \d+ ms"))
    expect(page.get_by_text("100% of 1 delivery")).to_be_visible()


def test_deliveries_wait_in_order_and_are_filtered(console: Console, own: Caller) -> None:
    page = console.page
    made = hook(own, script(own, "503"))
    group = own.new_group()
    own.ok("PATCH", f"/conversations/{group}", {"displayName": "Crew"})
    for name in ("ada", "bob"):
        own.join(group, own.new_user(name))
    console.open(f"webhooks/{made['id']}")
    expect(deliveries(console)).to_have_count(3)
    expect(deliveries(console).first).to_contain_text("Crewwaits (same conversation)")
    deliveries(console).first.click()
    expect(page.get_by_role("button", name="Send now")).to_be_disabled()
    page.get_by_role("link", name="Show its delivery").click()
    expect(page.get_by_role("button", name="Send now")).to_be_enabled()
    page.get_by_role("article").get_by_role("button", name="Close").click()
    page.get_by_label("Event type").select_option("conversation:join")
    expect(deliveries(console)).to_have_count(2)
    page.get_by_role("button", name="Failed", exact=True).click()
    expect(page.get_by_text("No deliveries match")).to_be_visible()
    page.get_by_role("button", name="Pending", exact=True).click()
    page.get_by_label("Conversation ID").fill("0" * 24)
    expect(deliveries(console)).to_have_count(0)
    page.get_by_label("Conversation ID").fill(group)
    expect(deliveries(console)).to_have_count(2)


def test_a_webhook_is_created_changed_tested_and_deleted(console: Console, own: Caller) -> None:
    page = console.page
    target = script(own, "200", name="bot")
    first = hook(own, target, "user:merge")
    (integration,) = own.ok("GET", "/integrations")["integrations"]
    own.ok("DELETE", f"/integrations/{integration['id']}/webhooks/{first['id']}")
    console.open("webhooks")
    page.get_by_role("button", name="Create webhook").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Target URL").fill(target)
    dialog.get_by_label("Integration", exact=True).select_option(MARKUP)
    dialog.get_by_role("button", name="Chosen events").click()
    dialog.get_by_label("conversation:message", exact=True).uncheck()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("Choose at least one event.")).to_be_visible()
    dialog.get_by_label("conversation:join").check()
    console.assert_accessible()
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=target)).to_be_visible()
    (integration,) = own.ok("GET", "/integrations")["integrations"]
    (made,) = integration["webhooks"]
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text(made["secret"])).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    dialog.get_by_label("Include full users").check()
    dialog.get_by_label("conversation:leave").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("conversation:join, conversation:leave")).to_be_visible()
    page.get_by_role("button", name="Send test event").click()
    expect(dialog.get_by_label("Payload")).to_have_value(re.compile("conversation"))
    dialog.get_by_role("button", name="Send").click()
    expect(deliveries(console)).to_contain_text(re.compile(r"conversation:join.*Test.*200"))
    deliveries(console).click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete webhook…").click()
    expect(dialog).to_contain_text(target)
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Deleted webhook")).to_be_visible()
    expect(page.get_by_role("button", name="Resend")).to_be_hidden()
    expect(deliveries(console)).to_have_count(1)


def test_a_viewer_changes_nothing_and_sees_no_secret(viewer: Console, own: Caller) -> None:
    page = viewer.page
    made = hook(own, script(own, "404"))
    own.new_group()
    viewer.open("webhooks")
    line = page.get_by_role("listbox", name="Webhooks").get_by_role("option")
    expect(line).to_contain_text(f"{MARKUP} · all events")
    expect(page.get_by_role("button", name="Create webhook")).to_be_hidden()
    line.click()
    expect(page.get_by_text("Not shown to viewers")).to_be_visible()
    deliveries(viewer).click()
    expect(page.get_by_role("article").get_by_role("row")).to_have_count(2)
    for name in ("Edit", "Send test event", "More actions", "Resend failed…", "Resend"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
    assert made["secret"] not in page.content()
    viewer.assert_accessible()
