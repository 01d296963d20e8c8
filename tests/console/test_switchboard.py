"""The screen of the switchboard, and the history of control."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.handover import HOOK, Board
from tests.console.browsing import Console, names_of

pytestmark = pytest.mark.one_engine
HARD = ("طلب رقم ١٣٣٧", "A name that does not fit into any row " * 3, "<img src=x onerror=alert(1)>")


def press(place: Any, name: str) -> None:
    """Press the button with exactly this name."""
    place.get_by_role("button", name=name, exact=True).click()


def choose(console: Console, member: str, action: str) -> None:
    """Choose an action of the menu of an integration."""
    press(console.page, f"Actions for {member}")
    console.page.get_by_role("menuitem", name=action).click()


def test_a_switchboard_is_created_used_and_deleted(console: Console) -> None:
    page, api = console.page, console.api
    for name in ("Support bot", HARD[0]):
        api.ok("POST", "/integrations", {"type": "custom", "displayName": name, "webhooks": [HOOK]})
    console.open("switchboard")
    expect(page.get_by_role("heading", name="No switchboard yet")).to_be_visible()
    console.assert_accessible()
    press(page, "Create switchboard")
    expect(page.get_by_text("Disabled")).to_be_visible()
    expect(page.get_by_role("button", name="Enable", exact=True)).to_be_disabled()
    for name in ("bot", "desk"):
        press(page, "Add integration")
        form = page.get_by_role("dialog")
        form.get_by_label("Integration").select_option(index=0)
        form.get_by_label("Name").fill(name)
        if name == "desk":
            form.get_by_label("Next").select_option(label="bot")
            form.get_by_label("Message history").select_option(label="10 messages")
            console.assert_accessible()
        press(form, "Add integration")
        expect(form).to_have_count(0)  # the list may show the integration before the form closes
        expect(page.get_by_role("strong").filter(has_text=name)).to_be_visible()
    choose(console, "desk", "Make default")
    expect(page.locator(".members li").first).to_contain_text("desk")
    expect(page.locator(".members li").first).to_contain_text("next: bot · standby events off · history of 10 messages")
    press(page, "Enable")
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()
    choose(console, "bot", "Remove…")
    press(page.get_by_role("dialog", name="Remove bot from the switchboard?"), "Remove")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("is the next one of another")
    press(page.get_by_role("dialog"), "Cancel")
    choose(console, "desk", "Edit…")
    page.get_by_role("dialog").get_by_label("Next").select_option(label="None")
    press(page.get_by_role("dialog"), "Save")
    expect(page.locator(".members li").first).to_contain_text("no next integration")
    choose(console, "bot", "Remove…")
    press(page.get_by_role("dialog"), "Remove")
    expect(page.locator(".members li")).to_have_count(1)
    press(page, "More actions")
    page.get_by_role("menuitem", name="Delete the switchboard…").click()
    press(page.get_by_role("dialog"), "Delete")
    expect(page.get_by_role("heading", name="No switchboard yet")).to_be_visible()
    assert api.ok("GET", "/switchboards") == {"switchboards": []}


def test_the_control_of_conversations_is_live(console: Console) -> None:
    page, api = console.page, console.api
    board = Board(api)
    crew = api.new_group(board.user, displayName="Crew")
    for name in HARD:
        api.new_group(board.user, displayName=name[:100])
    console.open("switchboard")
    bot = page.locator(".members li").first
    expect(bot).to_contain_text("bot")
    expect(bot.locator(".member-counts")).to_have_text("4 active 0 pending")
    page.get_by_role("link", name="Crew").click()
    history = page.get_by_role("list", name="Changes of control").get_by_role("listitem")
    expect(history).to_have_count(1)
    expect(history).to_contain_text("bot took control, at conversation:create")
    board.control("app", crew, "pass human", {"topic": "delivery"})
    board.control("app", crew, "pass nobody")
    board.control("app", crew, "offer bot")
    expect(history).to_have_count(4)
    expect(history.nth(0)).to_contain_text("Offered to bot")
    expect(history.nth(1)).to_contain_text("Passing failed: Switchboard invalid target")
    expect(history.nth(2)).to_contain_text("Passed to human")
    expect(history.nth(2)).to_contain_text('"topic": "delivery"')
    expect(page.locator(".detail .properties")).to_contain_text("Activehuman")
    expect(bot.locator(".member-counts")).to_have_text("3 active 1 pending")
    console.assert_accessible()
    page.get_by_label("Active or pending").select_option(label="human")
    expect(page.locator(".controlled a")).to_have_count(1)
    press(page, "Close")
    expect(history).to_have_count(0)
    page.get_by_label("Conversation ID").fill(crew)
    page.keyboard.press("Enter")
    expect(history).to_have_count(4)
    page.get_by_role("heading", name="Conversations").click()
    page.keyboard.press("Escape")
    expect(history).to_have_count(0)


def test_a_viewer_reads_only(viewer: Console) -> None:
    page = viewer.page
    board = Board(viewer.api)
    scene = board.reach("A(human)P(bot)")
    viewer.open("switchboard", conversationId=scene.conversation)
    expect(page.locator(".members li")).to_have_count(3)
    history = page.get_by_role("list", name="Changes of control").get_by_role("listitem")
    expect(history).to_have_count(3)
    names = names_of(page.get_by_role("main").get_by_role("button"))
    assert {name for name in names if not name.startswith("Copy ")} == {"Close"}


def test_an_unknown_conversation_is_an_error(console: Console) -> None:
    Board(console.api)
    console.open("switchboard", conversationId="f" * 24)
    expect(console.page.get_by_role("alert")).to_contain_text("Conversation not found")
