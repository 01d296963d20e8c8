"""Takes the pictures of the console for the documentation: `python -m tools.console_pictures`.

It serves `examples/console.toml`, sends some requests, and drives Chromium.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from tests.console.browsing import launch

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/console"
SETTLED_MS = 1500
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 760}
# Each picture: its name, the screen, the accessible name of the row to open, the size and the theme.
PICTURES: tuple[tuple[str, str, str | None, Any, str], ...] = (
    ("home", "", None, WIDE, "light"),
    ("conversation", "conversations", "Crew", WIDE, "light"),
    ("conversation-dark", "conversations", "Every kind of message", WIDE, "dark"),
    ("request", "requests", "join", WIDE, "light"),
    ("event", "events", "conversation:join", WIDE, "dark"),
    ("webhook", "webhooks", None, WIDE, "light"),
    ("inbox", "inbox", "conversation:join", WIDE, "light"),
    ("user", "users", "Customer 58", WIDE, "light"),
    ("sandbox", "sandbox", None, WIDE, "dark"),
    ("home-phone", "", None, PHONE, "light"),
    ("conversation-phone", "conversations", "Crew", PHONE, "dark"),
)


@contextlib.contextmanager
def sandbox() -> Iterator[dict[str, str]]:
    """A sandbox with the seed; yields its variables."""
    words = [sys.executable, "-m", "heliograph", "dev", "--port", "0", "--json", "--seed", "examples/console.toml"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def send_requests(variables: dict[str, str]) -> None:
    """Send requests as a bot would, some of which are refused."""
    auth = (variables["HELIOGRAPH_KEY_ID"], variables["HELIOGRAPH_KEY_SECRET"])
    app = f"{variables['HELIOGRAPH_URL']}/v2/apps/{variables['HELIOGRAPH_APP_ID']}"
    with httpx.Client(auth=auth) as http:

        def post(path: str, **body: Any) -> Any:
            return http.post(app + path, json=body).json()

        crew = post("/conversations", type="sdkGroup", displayName="Night shift")["conversation"]["id"]
        for name in ("ada", "bob", "sakura"):
            post(f"/conversations/{crew}/join", userExternalId=name, subscribeSDKClient=True)
        post(f"/conversations/{crew}/join", userExternalId="bob")
        author = {"type": "user", "userExternalId": "ada"}
        post(f"/conversations/{crew}/messages", author=author, content={"type": "text", "text": "I am on my way"})
        http.get(f"{app}/conversations/{crew}/participants")
        http.get(f"{app}/users/grace")
        post(f"/conversations/{crew}/leave", userExternalId="bob")


def take(page: Page, variables: dict[str, str], name: str, screen: str, row: str | None, size: Any, theme: Any) -> None:
    """Take one picture."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{variables['HELIOGRAPH_URL']}/console/{variables['HELIOGRAPH_APP_ID']}/{screen}")
    if row is not None:
        page.locator("[role=option]").filter(has_text=row).first.click()
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=FOLDER / f"{name}.png")


def pictures(browser: Browser, variables: dict[str, str]) -> None:
    """Sign in, and take all pictures."""
    page = browser.new_page(device_scale_factor=1, locale="en-GB", timezone_id="Europe/London")
    page.goto(variables["HELIOGRAPH_CONSOLE_URL"])
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").first.wait_for()
    for one in PICTURES:
        take(page, variables, *one)


def main() -> None:
    """Take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with sandbox() as variables, sync_playwright() as playwright:
        send_requests(variables)
        pictures(launch(playwright), variables)


if __name__ == "__main__":
    main()
