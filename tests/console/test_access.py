"""API keys, sessions and sharing in the console."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.console.browsing import Console, signed_in
from tests.harness import Caller

pytestmark = pytest.mark.one_engine


@pytest.fixture
def account(context: BrowserContext, owner: Caller, own: Caller) -> Iterator[Console]:
    """The console of a fresh app, signed in with an account key."""
    caller = Caller(owner.url, owner.auth, own.app_id, owner.http)
    with signed_in(context, owner.url, caller) as console:
        yield console


def test_keys_are_created_shown_and_revoked(account: Console, owner: Caller) -> None:
    account.open("keys")
    page = account.page
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Order bot")
    page.get_by_role("dialog").get_by_role("button", name="Create key").click()
    created = page.get_by_role("dialog", name="Key “Order bot”")
    created.get_by_role("button", name="Show").click()
    found = owner.ok("GET", f"/v2/apps/{account.app_id}/keys")["keys"]
    key = next(one for one in found if one["displayName"] == "Order bot")
    expect(created).to_contain_text(key["secret"])
    created.get_by_role("button", name="Done").click()
    row = page.get_by_role("listitem").filter(has_text="Order bot")
    expect(row).not_to_contain_text(key["secret"])
    expect(row).to_contain_text("Last usednever")
    Caller(owner.url, (key["id"], key["secret"]), account.app_id, owner.http).ok("GET", "/integrations")
    page.reload()
    expect(row).to_contain_text(re.compile(r"Last used\d\d:\d\d"))
    account.assert_accessible()
    row.get_by_role("button", name="Revoke…").click()
    question = page.get_by_role("dialog", name="Revoke the key “Order bot”?")
    expect(question).to_contain_text("Requests with this key fail within one second.")
    question.get_by_role("button", name="Revoke key").click()
    expect(row).to_have_count(0)
    assert owner("GET", f"/v2/apps/{account.app_id}/keys/{key['id']}").status_code == 404


def test_a_shared_link_signs_one_person_in(account: Console, browser: Browser) -> None:
    account.open("keys")
    page = account.page
    page.get_by_role("button", name="Share access…").click()
    account.assert_accessible()
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_role("textbox", name="Sign-in link").input_value()
    page.get_by_role("button", name="Done").click()
    guest = browser.new_context().new_page()
    guest.goto(link)
    guest.get_by_label("Your name").fill("Grace")
    guest.get_by_role("button", name="Sign in").click()
    guest.get_by_role("button", name="Grace").click()
    expect(guest.get_by_role("banner").get_by_text("You have read-only access.")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    row = page.get_by_role("listitem").filter(has_text="Grace")
    expect(row).to_contain_text("viewer")
    row.get_by_role("button", name="End session…").click()
    page.get_by_role("dialog", name="End the session of Grace?").get_by_role("button", name="End session").click()
    expect(row).to_have_count(0)
    guest.reload()
    expect(guest.get_by_label("Key ID")).to_be_visible()
    guest.context.close()


def test_an_expired_session_keeps_what_was_typed(console: Console, own: Caller) -> None:
    assert own.auth is not None
    console.open("users", new="1")
    page = console.page
    page.get_by_role("textbox", name="External ID", exact=True).fill("typed before")
    (session,) = own.ok("GET", "/heliograph/v1/console/sessions")["sessions"]
    own.ok("DELETE", f"/heliograph/v1/console/sessions/{session['id']}")
    again = page.get_by_role("dialog", name="Sign in")
    again.get_by_label("Key ID").fill(own.auth[0])
    again.get_by_label("Secret").fill(own.auth[1])
    again.get_by_label("Your name").fill("Ada")
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    expect(page.get_by_role("textbox", name="External ID", exact=True)).to_have_value("typed before")
    page.get_by_role("dialog").get_by_role("button", name="Create user").click()
    expect(page.get_by_role("article", name="typed before")).to_be_visible()


def test_app_keys_and_viewers_cannot_manage_keys(console: Console, viewer: Console) -> None:
    console.open("keys")
    expect(console.page.get_by_text("Only an account key can list, create and revoke")).to_be_visible()
    own_row = console.page.get_by_role("listitem").filter(has_text="this session")
    expect(own_row.get_by_role("button", name="End session…")).to_have_count(0)
    viewer.open("keys")
    expect(viewer.page.get_by_role("listitem").filter(has_text="this session")).to_contain_text("viewer")
    for name in ("Share access…", "Create key", "End session…", "Revoke…"):
        expect(viewer.page.get_by_role("button", name=name)).to_have_count(0)
    viewer.assert_accessible()
