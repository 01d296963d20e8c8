"""Integrations in the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine


def test_a_bot_with_a_webhook_and_a_key(console: Console, own: Caller) -> None:
    console.open("integrations")
    page = console.page
    page.get_by_role("main").get_by_role("button", name="Create integration").last.click()
    dialog = page.get_by_role("dialog", name="Create integration")
    dialog.get_by_label("Name").fill("Order bot")
    dialog.get_by_label("Webhook URL").fill("https://bot.example.org/hook")
    dialog.get_by_role("button", name="Chosen events").click()
    dialog.get_by_label("conversation:join", exact=True).check()
    console.assert_accessible()
    dialog.get_by_role("button", name="Create integration").click()
    detail = page.get_by_role("article", name="Order bot")
    expect(detail.get_by_role("link", name="https://bot.example.org/hook")).to_be_visible()
    (made,) = own.ok("GET", f"/v2/apps/{own.app_id}/integrations")["integrations"]
    assert made["webhooks"][0]["triggers"] == ["conversation:message", "conversation:join"]
    detail.get_by_role("button", name="Create key").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Deploy")
    page.get_by_role("dialog").get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Done").click()
    expect(detail.get_by_role("listitem").filter(has_text="Deploy")).to_be_visible()
    console.assert_accessible()
    detail.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog", name="Delete the integration “Order bot”?").get_by_role(
        "button", name="Delete integration"
    ).click()
    expect(page.get_by_role("heading", name="No integrations yet")).to_be_visible()
    assert own.ok("GET", f"/v2/apps/{own.app_id}/integrations")["integrations"] == []


def test_appearance_and_stand_ins(console: Console, own: Caller) -> None:
    url = f"/v2/apps/{own.app_id}/integrations"
    web = own.ok("POST", url, {"type": "web", "displayName": "Shop", "brandColor": "2F4FC4", "businessName": "Shop"})
    console.open(f"integrations/{web['integration']['id']}")
    page = console.page
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Business name").fill("")
    page.get_by_label("Allowed origins").fill("https://a.example\nhttps://b.example")
    page.get_by_label("Brand colour").fill("1B6E44")
    page.get_by_label("Always show the introduction").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("https://a.example, https://b.example")).to_be_visible()
    changed = own.ok("GET", f"{url}/{web['integration']['id']}")["integration"]
    assert (changed["brandColor"], changed["businessName"], changed["fixedIntroPane"]) == ("1B6E44", "", True)
    page.get_by_role("button", name="Create integration").click()
    page.get_by_role("dialog").get_by_label("Type").select_option("Telegram (stand-in)")
    page.get_by_role("dialog").get_by_label("Token").fill("secret")
    page.get_by_role("dialog").get_by_role("button", name="Create integration").click()
    expect(page.get_by_role("article", name="Telegram")).to_be_visible()
    page.get_by_role("main").get_by_label("Type").select_option("Web")
    expect(page.get_by_role("listbox", name="Integrations").get_by_role("option")).to_have_count(1)


def test_a_viewer_sees_no_secret_and_no_actions(viewer: Console, own: Caller) -> None:
    webhook = {"target": "https://bot.example.org/hook", "triggers": ["*"]}
    bot = own.ok(
        "POST", f"/v2/apps/{own.app_id}/integrations", {"type": "custom", "displayName": "Bot", "webhooks": [webhook]}
    )
    own.ok("POST", f"/v2/apps/{own.app_id}/integrations/{bot['integration']['id']}/keys", {"displayName": "Deploy"})
    viewer.open(f"integrations/{bot['integration']['id']}")
    row = viewer.page.get_by_role("listitem").filter(has_text="Deploy")
    expect(row).to_contain_text("Not shown to viewers")
    for name in ("Create integration", "Edit", "Delete…", "Create key", "Revoke…"):
        expect(viewer.page.get_by_role("button", name=name)).to_have_count(0)
