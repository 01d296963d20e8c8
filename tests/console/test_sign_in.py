"""Sign-in to the console with keys and tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.browsing import Console
from tests.harness import Caller, Server

pytestmark = pytest.mark.one_engine


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a session."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def fill(page: Page, **fields: str) -> None:
    """Fill the form, and send it."""
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Sign in").click()


def test_with_a_key(page: Page, sandbox_server: Server, own: Caller) -> None:
    assert own.auth is not None
    page.goto(f"{sandbox_server.url}/console/")
    fill(page, Key_ID=own.auth[0], Secret="wrong", Your_name="Ada")
    expect(page.get_by_role("alert")).to_have_text("Incorrect key ID or secret.")
    fill(page, Secret=own.auth[1])
    expect(page.get_by_role("button", name="Ada")).to_be_visible()
    expect(page).to_have_url(f"{sandbox_server.url}/console/{own.app_id}")
    page.reload()
    expect(page.get_by_role("button", name="Ada")).to_be_visible()


def test_a_ticket_is_valid_once_and_leaves_the_url(page: Page, sandbox_server: Server, own: Caller) -> None:
    ticket = own.ok("POST", "/heliograph/v1/console/tickets", {"role": "operator"})["ticket"]
    page.goto(f"{sandbox_server.url}/console/#ticket={ticket}")
    expect(page).not_to_have_url(re.compile("ticket"))
    fill(page, Your_name="Grace")
    expect(page.get_by_role("button", name="Grace")).to_be_visible()
    # Each tab has a session of its own.
    other = page.context.new_page()
    other.goto(f"{sandbox_server.url}/console/#ticket={ticket}")
    fill(other, Your_name="Mallory")
    expect(other.get_by_role("alert")).to_contain_text("has expired or was already used")


def test_signing_out_ends_the_session(console: Console) -> None:
    console.open()
    console.page.get_by_role("button", name="Ada").click()
    console.page.get_by_role("menuitem", name="Sign out").click()
    expect(console.page.get_by_label("Key ID")).to_be_visible()
