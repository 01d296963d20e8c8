"""Opens the console of a server in a browser, with the checks that apply to every screen."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
)

from tests.console.accessibility import assert_accessible
from tests.harness import Caller
from tests.waiting import until

# The headless shell takes two thirds of the processor time.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, _PROGRAMS)), None)
WITHOUT = "no Chromium on this machine: the tests of the console are skipped"
REQUIRED = bool(os.environ.get("HELIOGRAPH_TEST_REQUIRE_BROWSER"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-gpu-compositing",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
WIDTHS = (1440, 1024, 700, 375)
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
_TIMEOUT_MS = 30_000
# Chromium logs a failed request by itself; what matters is whether the page handles it.
_LOADED = re.compile(r"Failed to load resource")

expect.set_options(timeout=_TIMEOUT_MS)


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)


@dataclass
class Console:
    """A page that is signed in to the console of an app, and a caller with a key of the app."""

    page: Page
    url: str
    api: Caller
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def app_id(self) -> str:
        """The id of the app."""
        return self.api.app_id

    def open(self, screen: str = "", **query: str) -> None:
        """Load a screen by its URL."""
        search = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.url}/console/{self.app_id}/{screen}{'?' if search else ''}{search}")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Collect errors of the page, and the URLs that it requests, during a block."""
        handlers = {"console": self._on_message, "pageerror": self._on_error, "request": self._on_request}
        for event, handler in handlers.items():
            self.page.on(event, handler)  # type: ignore[call-overload]
        try:
            yield
        finally:
            for event, handler in handlers.items():
                self.page.remove_listener(event, handler)

    def _on_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _LOADED.search(message.text):
            self.problems.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.problems.append(str(error))

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def check(self) -> None:
        """Assert that the page reported no errors, and requested nothing from other servers."""
        assert self.problems == [], self.problems
        allowed = (self.url, "data:", "blob:")
        assert [url for url in self.requests if not url.startswith(allowed)] == []

    def assert_accessible(self) -> None:
        """Assert that the page is accessible in its current state."""
        assert_accessible(self.page)


def copied_text(page: Page, part: str) -> str:
    """Wait until the clipboard contains `part`, since it may still have an earlier text; returns the whole text."""
    found = ""

    def has_part() -> bool:
        nonlocal found
        found = str(page.evaluate("navigator.clipboard.readText()"))
        return part in found

    until(has_part)
    return found


def names_of(buttons: Locator) -> list[str]:
    """The names of buttons, read in one step."""
    return list(buttons.evaluate_all("all => all.map(one => one.ariaLabel || one.innerText)"))


@contextmanager
def console_context(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """A new browser context for the console of a server."""
    context = browser.new_context(viewport=VIEWPORT, reduced_motion="reduce")
    context.set_default_timeout(_TIMEOUT_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url.rsplit("/sc", 1)[0])
    try:
        yield context
    finally:
        context.close()


@contextmanager
def signed_in(context: BrowserContext, url: str, api: Caller, *, role: str = "operator") -> Iterator[Console]:
    """The console in a tab of the context, with a session that the key of `api` has created.

    Another call with the same context signs in with the same tab. The state of the first session is removed, but not
    the process of the tab, whose start takes half of the time of a page.
    """
    key, token = json.dumps(f"heliograph:{url}"), json.dumps(_token(url, api, role))
    page = context.pages[0] if context.pages else context.new_page()
    console = Console(page, url, api)
    try:
        with context.add_init_script(f"sessionStorage.setItem({key}, {token})"), console.watched():
            yield console
            console.check()
    finally:
        _sign_out(page)


def _sign_out(tab: Page) -> None:
    """Leave one tab in its context, without routes and stored data."""
    for page in tab.context.pages:
        if page != tab:
            page.close()
    if tab.is_closed():
        return
    tab.unroute_all()
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.set_viewport_size(VIEWPORT)
    tab.mouse.move(0, 0)


def _token(url: str, api: Caller, role: str) -> str:
    ticket = api("POST", "/heliograph/v1/console/tickets", {"role": role}).json()["ticket"]
    return str(api.http.post(f"{url}/console/session", json={"ticket": ticket, "name": "Ada"}).json()["token"])
