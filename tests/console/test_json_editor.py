"""The editor of a JSON body."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console
from tests.waiting import until

pytestmark = pytest.mark.one_engine


def test_the_json_editor_suggests_names_and_values(console: Console) -> None:
    """Suggestions of the OpenAPI document are accepted by keyboard and by mouse, and can be undone."""
    page, api = console.page, console.api
    group = api.new_group(displayName="Crew")
    console.open(f"conversations/{group}")
    page.get_by_role("button", name="{ } JSON").click()
    body, offered = page.get_by_label("Body of the message"), page.get_by_role("listbox", name="Suggestions")
    body.fill("")
    body.press_sequentially('{"content": {"type": "lo')

    def is_offered() -> bool:
        # The document may arrive after the text.
        body.press("Control+Space")
        return offered.is_visible()

    until(is_offered)
    expect(offered.get_by_role("option")).to_have_text(["location"])
    console.assert_accessible()
    body.press("Enter")
    body.press_sequentially(', "')
    expect(offered.get_by_role("option").first).to_have_text("coordinatesobject, required")
    body.press("Escape")
    expect(offered).to_be_hidden()
    body.press("Control+Space")
    body.press("ArrowDown")
    offered.get_by_role("option", name="coordinates").click()
    assert body.input_value() == '{"content": {"type": "location", "coordinates": '
    body.press("Control+z")
    assert body.input_value() == '{"content": {"type": "location", "'
    body.press("End")
    body.press_sequentially('coordinates": {"lat": 1.5, "long": 2}}, "author": {"type": "')
    offered.get_by_role("option", name="business").click()
    body.press_sequentially("}}")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(
        page.get_by_role("group", name="Messages", exact=True).get_by_role("listitem").filter(has_text="Business")
    ).to_have_count(1)
