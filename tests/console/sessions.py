"""Signing in to the console in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.harness import Caller
from tests.security.sign_ins import ticket_of

SCREENS = {
    "": "Home", "conversations": "Conversations", "users": "Users", "requests": "Requests", "events": "Events",
    "webhooks": "Webhooks", "inbox": "Inbox", "sandbox": "Sandbox", "keys": "API keys", "integrations": "Integrations",
    "switchboard": "Switchboard",
}  # fmt: skip
"""The title of each screen by its name."""


def stored(page: Page) -> str:
    """The session token that a page has stored."""
    values = page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]")
    return str(next(one for one in values if one.startswith("hgs_")))


def link(api: Caller, role: str = "operator") -> str:
    """A new sign-in link."""
    return f"{api.url}/console/#ticket={ticket_of(api, role)}"


def sign_in(page: Page, name: str) -> None:
    """Sign in on a page that shows a sign-in link."""
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=name)).to_be_visible()
