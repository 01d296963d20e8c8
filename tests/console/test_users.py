"""Users in the console: finding, creating, changing and deleting them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine


def test_found_and_shown(console: Console, own: Caller) -> None:
    ada = own.ok("POST", f"/v2/apps/{own.app_id}/users", {
        "externalId": "ada", "profile": {"givenName": "Ada", "surname": "Lovelace"}, "metadata": {"plan": "gold"},
    })["user"]  # fmt: skip
    own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "يوسف"})
    group = own.ok("POST", f"/v2/apps/{own.app_id}/conversations", {"type": "sdkGroup", "displayName": "Crew"})
    own.join(group["conversation"]["id"], ada["id"], subscribe=True)
    console.open("users")
    page = console.page
    expect(page.get_by_role("listbox", name="Users").get_by_role("option")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("lovel ada")
    expect(page.get_by_role("heading", name="No such user")).to_be_visible()
    page.get_by_role("button", name="Show all users").click()
    expect(page.get_by_role("listbox", name="Users").get_by_role("option")).to_have_count(2)
    for text in ("ada", "LOVE", "plan=gold"):
        page.get_by_role("searchbox").fill(text)
        expect(page.get_by_role("listbox", name="Users").get_by_role("option")).to_have_count(1)
    page.get_by_role("option", name=re.compile("Ada Lovelace")).click()
    expect(page).to_have_url(re.compile(f"/users/{ada['id']}"))
    detail = page.get_by_role("article", name="Ada Lovelace")
    expect(detail.get_by_role("link", name="Crew")).to_be_visible()
    expect(detail.get_by_role("listitem").filter(has_text="sdk")).to_have_count(2)
    expect(detail).to_contain_text('"plan": "gold"')
    console.assert_accessible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Users")).to_be_focused()


def test_created_edited_and_deleted(console: Console, own: Caller) -> None:
    console.open("users")
    page = console.page
    expect(page.get_by_role("heading", name="No users yet")).to_be_visible()
    page.get_by_role("button", name="Create user").click()
    page.get_by_role("textbox", name="External ID", exact=True).fill("bob")
    page.get_by_label("Given name").fill("Bob <b>")
    page.get_by_label("Metadata").fill("{")
    expect(page.get_by_role("alert")).to_have_text("This is not valid JSON.")
    page.get_by_label("Metadata").fill('{"vip": true}')
    console.assert_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Create user").click()
    page.get_by_role("article", name="Bob <b>").get_by_role("button", name="Edit").click()
    page.get_by_label("Surname").fill("Tables")
    page.get_by_label("Metadata").fill('{"plan": "gold"}')
    page.get_by_role("button", name="Save").click()
    detail = page.get_by_role("article", name="Bob <b> Tables")
    expect(detail).to_contain_text('"plan": "gold"')
    found = own.ok("GET", f"/v2/apps/{own.app_id}/users/bob")["user"]
    assert (found["profile"], found["metadata"]) == ({"givenName": "Bob <b>", "surname": "Tables"}, {"plan": "gold"})
    detail.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete personal information…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete personal information").click()
    detail = page.get_by_role("article", name="bob")
    detail.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete user…").click()
    expect(page.get_by_role("dialog", name="Delete bob?")).to_be_visible()
    page.get_by_role("button", name="Delete user").click()
    expect(page.get_by_role("heading", name="No users yet")).to_be_visible()
    assert own("GET", f"/v2/apps/{own.app_id}/users/bob").status_code == 404


def test_play_opens_a_personal_conversation(console: Console, own: Caller) -> None:
    user = own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "ada"})["user"]["id"]
    console.open(f"users/{user}")
    console.page.get_by_role("button", name="Play").click()
    expect(console.page).to_have_url(re.compile(rf"/conversations/[0-9a-f]{{24}}\?play={user}"))
    (conversation,) = own.ok("GET", f"/v2/apps/{own.app_id}/conversations?filter[userId]={user}")["conversations"]
    assert conversation["type"] == "personal"
    assert conversation["id"] in console.page.url


def test_a_list_of_any_length_follows_the_stream(console: Console, own: Caller) -> None:
    for number in range(120):
        own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": f"user-{number:03}"})
    console.open("users")
    page = console.page
    expect(page.get_by_text("Live")).to_be_visible()
    page.get_by_role("listbox", name="Users").press("End")
    expect(page.get_by_role("option", name=re.compile("user-020"))).to_have_attribute("aria-setsize", "120")
    page.get_by_role("listbox", name="Users").press("End")
    expect(page.get_by_role("option", name=re.compile("user-000"))).to_be_visible()
    page.get_by_role("listbox", name="Users").press("Home")
    own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "new"})
    expect(page.get_by_role("option", name=re.compile("new"))).to_be_visible()
    own.ok("DELETE", f"/v2/apps/{own.app_id}/users/new")
    expect(page.get_by_role("option", name=re.compile("new"))).to_have_count(0)


def test_a_viewer_sees_no_actions(viewer: Console, own: Caller) -> None:
    user = own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "ada"})["user"]["id"]
    viewer.open(f"users/{user}")
    expect(viewer.page.get_by_role("article", name="ada")).to_be_visible()
    for name in ("Create user", "Edit", "Play", "More actions"):
        expect(viewer.page.get_by_role("button", name=name)).to_have_count(0)
    viewer.open("users/6b06dd61e400000000000000")
    expect(viewer.page.get_by_role("alert")).to_contain_text("User not found")
