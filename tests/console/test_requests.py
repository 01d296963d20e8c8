"""Recorded requests in the console: finding, reading, copying and replaying them."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.browsing import Console, copied_text
from tests.console.test_reference_page import LINKED_OPERATION

pytestmark = pytest.mark.one_engine
NEWEST = {"page[before]": "f" * 24}


def rows(page: Page, text: str) -> Locator:
    """The rows of the list with a text."""
    return page.get_by_role("listbox").get_by_role("option").filter(has_text=text)


def copied(page: Page, language: str, part: str) -> str:
    """Copy the opened request as code that contains `part`."""
    page.get_by_role("button", name="Copy as").click()
    page.get_by_role("menuitem", name=language).click()
    return copied_text(page, part)


def test_a_request_with_everything_about_it(console: Console) -> None:
    api, page = console.api, console.page
    api.ok("POST", f"/heliograph/v1/apps/{api.app_id}/sandbox/reset")
    console.open("requests")
    expect(page.get_by_text("No requests yet")).to_be_visible()
    console.assert_accessible()
    inbox = f"{api.url}/_inbox/{api.app_id}/default"
    hook = {"target": inbox, "triggers": ["conversation:join"]}
    api.ok("POST", "/integrations", {"type": "custom", "displayName": "Log", "webhooks": [hook]})
    group = api.new_group()
    api.new_user("ada")
    api.ok("POST", f"/conversations/{group}/join", {"userExternalId": "ada", "subscribeSDKClient": True})
    rows(page, "conversations/…/join").click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("heading", level=2)).to_have_text("JoinConversation")
    expect(detail).to_contain_text("201 Created")
    events = detail.get_by_role("region", name="Events")
    expect(events.get_by_role("link", name="conversation:join")).to_be_visible()
    expect(events.get_by_role("link", name="inbox")).to_be_visible()
    events.get_by_text("Payload").last.click()
    expect(events.locator("pre").last).to_contain_text('"externalId": "ada"')
    request = detail.get_by_role("region", name="Request", exact=True)
    expect(request.locator("pre")).to_contain_text('"userExternalId": "ada"')
    request.get_by_role("button", name="Headers").click()
    expect(request).to_contain_text("authorization")
    request.get_by_role("button", name="Raw").click()
    expect(request.locator("pre")).to_contain_text(f"/conversations/{group}/join HTTP/1.1")
    console.assert_accessible()
    copied(page, "curl", "-d '{")
    copied(page, "JavaScript", "await fetch(")
    assert api.auth is not None
    with mock.patch.dict(os.environ, HELIOGRAPH_KEY_SECRET=api.auth[1]):
        exec(copied(page, "Python", "client."), {})
    expect(rows(page, "conversations/…/join")).to_have_count(2)
    page.keyboard.press("y")
    assert copied_text(page, "curl").startswith("curl -u")
    expect(page.get_by_role("status").filter(has_text="Copied").last).to_be_visible()


def test_a_replay_is_compared_with_the_record(console: Console) -> None:
    api, page = console.api, console.page
    api.new_user("ada")
    made = api("PATCH", "/users/ada", {"metadata": {"plan": "gold"}, "profile": {"givenName": "Ada"}})
    found = _recorded(console, made.headers["x-request-id"])
    console.open(f"requests/{found['id']}")
    page.get_by_role("button", name="Replay", exact=True).click()
    result = page.get_by_role("region", name="Response to the replay")
    expect(result).to_contain_text("The response is the same as the recorded one.")
    page.get_by_role("button", name="Edit and replay").click()
    dialog = page.get_by_role("dialog")
    body = dialog.get_by_label("Body")
    body.fill('{"metadata": {"plan": "silver"')
    expect(dialog.get_by_text("Not valid JSON")).to_be_visible()
    console.assert_accessible()
    body.fill('{"metadata": {"plan": "silver"}}')
    dialog.get_by_role("button", name="Send PATCH").click()
    diff = result.get_by_role("region", name="Differences")
    expect(diff.locator(".removed")).to_contain_text('"plan": "gold"')
    expect(diff.locator(".added")).to_contain_text('"plan": "silver"')
    console.assert_accessible()
    result.get_by_role("link", name="Open the new request").click()
    expect(page.get_by_role("article")).to_contain_text('"plan": "silver"')
    replayed = _newest(console)
    assert page.url.split("?")[0].endswith(replayed["id"])
    assert replayed["request"]["headers"]["x-heliograph-replay-of"] == found["id"]
    assert replayed["sessionId"].startswith("ses_")


def test_a_rejected_request_and_one_that_deletes(console: Console) -> None:
    api, page = console.api, console.page
    api.new_user("ada")
    group = api.new_group()
    api("POST", f"/conversations/{group}/join", {"userExternalId": "ada"})
    api("DELETE", f"/conversations/{group}")
    console.open("requests", status="4xx")
    rows(page, "should have required property 'subscribeSDKClient'").click()
    reference = page.get_by_role("link", name="JoinConversation in the reference")
    expect(reference).to_have_attribute("href", api.url + LINKED_OPERATION)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Rules: participants").click()
    expect(opened.value.get_by_text("participants.6", exact=True)).to_be_visible()
    opened.value.close()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="All", exact=True).click()
    rows(page, "DELETE").click()
    expect(page.get_by_role("article")).to_contain_text("200 OK")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Send DELETE again?")
    expect(dialog).to_contain_text(group)
    console.assert_accessible()
    dialog.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("region", name="Response to the replay")).to_contain_text("404 Not Found")


# Presses R when the actions of a request appear, before the browser paints them.
PRESS_AT_ONCE = """() => new MutationObserver((changes, observer) => {
  if (![...document.querySelectorAll("article button")].some((one) => one.textContent === "Replay")) return;
  observer.disconnect();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "r" }));
}).observe(document.body, { subtree: true, childList: true })"""


def test_a_key_works_as_soon_as_its_action_is_shown(console: Console) -> None:
    console.api("DELETE", f"/conversations/{console.api.new_group()}")
    console.open("requests")
    expect(rows(console.page, "DELETE")).to_be_visible()
    console.page.evaluate(PRESS_AT_ONCE)
    rows(console.page, "DELETE").click()
    expect(console.page.get_by_role("dialog", name="Send DELETE again?")).to_be_visible()


def test_filters_are_in_the_url(console: Console) -> None:
    api, page = console.api, console.page
    for name in ("ada", "bob"):
        api.new_user(name)
    api("GET", "/users/ada")
    last = api("GET", "/users/nobody")
    console.open("requests")
    expect(rows(page, "users/nobody")).to_be_visible()
    page.get_by_label("Operation").select_option("CreateUser")
    expect(rows(page, "")).to_have_count(2)
    page.get_by_label("Operation").select_option("")
    page.get_by_label("Path or request ID").fill("users/")
    expect(page).to_have_url(f"{console.url}/console/{console.app_id}/requests?path=users%2F")
    expect(rows(page, "users/ada")).to_be_visible()
    expect(rows(page, "POST")).to_have_count(0)
    page.get_by_label("Path or request ID").fill(last.headers["x-request-id"])
    expect(page.get_by_role("article")).to_contain_text("404 Not Found")
    expect(rows(page, "users/nobody")).to_have_count(1)
    page.get_by_label("Path or request ID").fill("f" * 24)
    expect(page.get_by_text("No request matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(rows(page, "POSTusers")).to_have_count(2)


def test_new_rows_wait_while_someone_reads(console: Console) -> None:
    api, page = console.api, console.page
    for _ in range(40):
        api("GET", "/users/nobody")
    console.open("requests")
    expect(rows(page, "users/nobody").first).to_have_attribute("aria-setsize", "41")
    page.get_by_role("listbox").evaluate("list => list.scrollTo({top: 600})")
    expect(page.locator("[aria-posinset='41']")).to_be_visible()
    api("GET", "/users/somebody")
    page.get_by_role("button", name="1 new").click()
    expect(rows(page, "users/somebody")).to_be_visible()
    page.keyboard.press(".")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    api("GET", "/users/else")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    expect(rows(page, "users/else")).to_have_count(0)
    console.assert_accessible()
    page.get_by_role("button", name="Continue").click()
    expect(rows(page, "users/else")).to_be_visible()


def test_a_viewer_may_replay_reads_only(viewer: Console) -> None:
    api, page = viewer.api, viewer.page
    api.new_user("ada")
    api("GET", "/users/ada")
    viewer.open("requests")
    rows(page, "POST").first.click()
    expect(page.get_by_role("button", name="Copy as")).to_be_visible()
    expect(page.get_by_role("button", name="Replay")).to_have_count(0)
    rows(page, "users/ada").click()
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("region", name="Response to the replay")).to_contain_text("200 OK")
    viewer.assert_accessible()


def _listed(console: Console, id: str) -> dict[str, Any]:
    return dict(console.api.ok("GET", f"/heliograph/v1/apps/{console.app_id}/requests/{id}")["request"])


def _recorded(console: Console, request_id: str) -> dict[str, Any]:
    """The record of a request, which is stored within a quarter of a second."""
    while True:
        found = console.api.ok("GET", f"/heliograph/v1/apps/{console.app_id}/find?q={request_id}")["results"]
        for one in found:
            if one["kind"] == "request":
                return _listed(console, one["id"])


def _newest(console: Console) -> dict[str, Any]:
    found = console.api.ok("GET", f"/heliograph/v1/apps/{console.app_id}/requests", params=NEWEST)["requests"]
    return _listed(console, found[-1]["id"])
