"""Search in the list of conversations."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console

pytestmark = pytest.mark.one_engine


def test_search_of_conversations(console: Console) -> None:
    """Search by name, member, id and metadata. The search is in the URL, and its results are live."""
    page, api = console.page, console.api
    ada = api.new_user("ada")
    crew = api.new_group(displayName="Crew")
    night = api.new_group(ada, displayName="Night shift", metadata={"shift": "night", "seats": 3})
    console.open("conversations")
    search = page.get_by_role("searchbox")
    options = page.get_by_role("listbox", name="Conversations").get_by_role("option")
    found = (("cr", "Crew"), ("ada", "Night shift"), (crew, "Crew"), (ada, "Night shift"), ("seats=3", "Night shift"))
    for text, name in found:
        search.fill(text)
        expect(options).to_have_count(1)
        expect(options).to_contain_text(name)
    search.fill("shift=day")
    expect(page.get_by_role("heading", name="No such conversation")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Show all conversations").click()
    expect(options).to_have_count(2)
    console.open("conversations", q="shift%3Dnight")
    expect(search).to_have_value("shift=night")
    expect(options).to_contain_text("Night shift")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    api.say(night, "All quiet", userId=ada)
    expect(options).to_contain_text("All quiet")
    api.ok("DELETE", f"/conversations/{night}")
    expect(options).to_have_count(0)


def test_a_result_of_several_pages(console: Console) -> None:
    """The conversations of a member come first, then those whose name begins with the text, each page by page."""
    page, api = console.page, console.api
    ada = api.new_user("ada")
    for number in range(101):
        api.new_group(ada, displayName=f"Group {number:03}")
    api.new_group(displayName="Adagio")
    console.open("conversations", q="ada")
    listed = page.get_by_role("listbox", name="Conversations")
    expect(listed.get_by_role("option").first).to_contain_text("Group 100")
    listed.press("End")
    expect(listed.get_by_role("option", name="Group 001")).to_have_attribute("aria-setsize", "102")
    listed.press("End")
    expect(listed.get_by_role("option", name="Adagio")).to_have_attribute("aria-posinset", "102")
