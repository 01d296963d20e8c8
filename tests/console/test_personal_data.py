"""One person's data in the console: its export as a file, and its erasure with a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.browsing import Console

pytestmark = pytest.mark.one_engine


def test_a_user_is_exported_and_erased(console: Console) -> None:
    """A truncated export is refused. The erasure asks for confirmation, and reports the data that stays."""
    page, api = console.page, console.api
    ada = api.new_user("ada", profile={"givenName": "Ada"})
    group = api.new_group(ada, displayName="Crew")
    api.say(group, "The ferry leaves at nine", userId=ada)
    console.open(f"users/{ada}")
    detail = page.get_by_role("article", name="Ada")
    more = detail.get_by_role("button", name="More actions")
    more.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export").click()
    assert download.value.suggested_filename == f"user-{ada}.ndjson"
    lines = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    assert (lines[0]["type"], lines[-1]["type"]) == ("header", "end")
    assert "The ferry leaves at nine" in str(lines)
    page.route("**/export", lambda route: route.fulfill(body='{"type":"header"}\n'))
    more.click()
    page.get_by_role("menuitem", name="Export").click()
    expect(page.get_by_text("The export was cut off")).to_be_visible()
    more.click()
    page.get_by_role("menuitem", name="Erase user…").click()
    question = page.get_by_role("dialog", name="Erase Ada?")
    console.assert_accessible()
    question.get_by_role("button", name="Cancel").click()
    assert api.ok("GET", f"/users/{ada}")["user"]["id"] == ada
    more.click()
    page.get_by_role("menuitem", name="Erase user…").click()
    question.get_by_role("button", name="Erase user").click()
    report = page.get_by_role("dialog", name="Ada was erased")
    expect(report).to_contain_text("users: 1")
    expect(report.get_by_role("region", name="What stays")).to_contain_text("Backups")
    console.assert_accessible()
    report.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="No users yet")).to_be_visible()
    (message,) = api.ok("GET", f"/conversations/{group}/messages")["messages"]
    assert "ferry" not in str(message)
