"""The membership history of a conversation: members at a time, joins and leaves with their requests."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console

pytestmark = pytest.mark.one_engine


def test_history_and_members_at_a_time(console: Console) -> None:
    """A leave links to its request, and a join to the members at that time. Both views have URLs."""
    page, api = console.page, console.api
    group = api.new_group(displayName="Crew")
    ada, bob = api.new_user("ada"), api.new_user("bob")
    api.join(group, ada)
    api.join(group, bob)
    console.open(f"conversations/{group}", tab="participants")
    present = page.get_by_role("listbox", name="Participants").get_by_role("option")
    expect(present).to_have_count(2)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    # Well after the join: a user who joins and leaves within a millisecond is a member at no time.
    api.ok("POST", f"/conversations/{group}/leave", {"userId": bob})
    expect(present).to_have_count(1)
    page.get_by_role("button", name="History", exact=True).click()
    changes = page.get_by_role("group", name="History of members").get_by_role("listitem")
    for change, text in zip((0, 1, 2), ("bob left", "bob joined", "ada joined"), strict=True):
        expect(changes.nth(change)).to_contain_text(text)
    api.join(group, api.new_user("carl"))
    expect(changes.first).to_contain_text("carl joined")
    console.assert_accessible()
    changes.filter(has_text="bob joined").get_by_role("link", name="members then").click()
    past = page.get_by_role("listbox", name="Members at this time").get_by_role("option")
    expect(past).to_have_count(2)
    expect(past.filter(has_text="bob")).to_contain_text("left since")
    expect(past.filter(has_text="ada")).to_contain_text("still a member")
    console.assert_accessible()
    past.filter(has_text="bob").click()
    page.get_by_role("dialog").get_by_role("link", name="History in this conversation").click()
    expect(page).to_have_url(re.compile(f"view=history&member={bob}"))
    expect(changes).to_have_count(2)
    page.go_back()
    expect(past).to_have_count(2)
    page.reload()
    page.get_by_role("button", name="Back to now").click()
    expect(present).to_have_count(2)
    page.get_by_role("button", name="History", exact=True).click()
    changes.filter(has_text="bob left").get_by_role("link", name=re.compile("request")).click()
    expect(page.get_by_role("listbox", name="Requests").get_by_role("option")).to_contain_text("leave")


def test_a_time_is_chosen(viewer: Console) -> None:
    """A viewer can choose a time as well. Another conversation is shown in its current state."""
    page, api = viewer.page, viewer.api
    group = api.new_group(api.new_user("ada"), displayName="Crew")
    api.new_group(displayName="Other")
    viewer.open(f"conversations/{group}", tab="participants", sort="newest")
    page.get_by_role("button", name="As of…").click()
    page.get_by_label("Time").fill("2020-01-01T12:00")
    viewer.assert_accessible()
    page.get_by_role("button", name="View", exact=True).click()
    expect(page.get_by_role("heading", name="No members at this time")).to_be_visible()
    page.get_by_role("option", name="Other").click()
    expect(page.get_by_role("heading", name="No participants")).to_be_visible()
    viewer.open(f"conversations/{group}", tab="participants", at="soon")
    expect(page.get_by_role("alert")).to_contain_text("at should")
