"""The console below a root path, behind a proxy that removes a prefix, and with several workers on PostgreSQL."""

from __future__ import annotations

import http.client
import http.server
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browsing import Console, console_context, signed_in
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Server, init, serving
from tests.loopback import LoopbackServer

pytestmark = pytest.mark.one_engine

OPTIONS = ("--console", "yes", "--record-requests", "1000")
PREFIX = "/chat/team"
_NOT_FORWARDED = ("connection", "keep-alive", "transfer-encoding", "host")


class _Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that removes the prefix, and forwards each part of a response as it arrives."""

    upstream = ""

    def forward(self) -> None:
        """Forward any request."""
        if not self.path.startswith(PREFIX):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_FORWARDED}
        headers |= {"x-forwarded-prefix": PREFIX, "x-forwarded-host": self.headers["host"], "connection": "close"}
        upstream = http.client.HTTPConnection(self.upstream)
        upstream.request(self.command, self.path.removeprefix(PREFIX), body, headers)
        response = upstream.getresponse()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in _NOT_FORWARDED:
                self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        try:
            while part := response.read1():
                self.wfile.write(part)
        except (ConnectionError, OSError):  # the browser closed the stream
            pass
        upstream.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = forward

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def proxied(upstream: str) -> Iterator[str]:
    """Run a proxy in front of a server; yields its URL."""
    handler = type("Handler", (_Proxy,), {"upstream": urlsplit(upstream).netloc})
    with LoopbackServer(handler) as server:
        yield server.url + PREFIX


@contextmanager
def below_a_root_path(folder: Path) -> Iterator[tuple[Server, str]]:
    """A server below `/sc`, and its URL."""
    with serving(folder / "heliograph.db", *OPTIONS, "--root-path", "/sc") as server:
        yield server, f"{server.url.removesuffix('/sc')}/sc"


@contextmanager
def behind_a_proxy(folder: Path) -> Iterator[tuple[Server, str]]:
    """A server behind a proxy, and the URL of the proxy."""
    options = (*OPTIONS, "--trusted-proxies", "127.0.0.1")
    with serving(folder / "heliograph.db", *options) as server, proxied(server.url) as url:
        yield server, url


@contextmanager
def with_workers(folder: Path) -> Iterator[tuple[Server, str]]:
    """A server of two processes on PostgreSQL, and its URL."""
    # In a thread of its own, because Playwright runs an event loop in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        database = thread.submit(new_database, POSTGRESQL, folder).result()
    with serving(database, *OPTIONS, "--workers", "2") as server:
        yield server, server.url


Serving = Callable[[Path], AbstractContextManager[tuple[Server, str]]]


@pytest.mark.parametrize("deployed", [below_a_root_path, behind_a_proxy, with_workers], ids=lambda one: one.__name__)
def test_one_journey(deployed: Serving, tmp_path: Path, browser: Browser) -> None:
    """A group is created in the page, the stream reports changes by other clients, and all links work."""
    with deployed(tmp_path) as (server, url):
        found = init(server.database_url)
        api = Caller(url, found.app_auth, found.app_id)
        with console_context(browser, url) as context, signed_in(context, url, api) as console:
            journey(console)
        sign_in(browser, url, api)
        api.http.close()


def sign_in(browser: Browser, url: str, api: Caller) -> None:
    """Sign in with a key, at the URL without a trailing slash."""
    assert api.auth is not None
    page = browser.new_context().new_page()
    page.goto(f"{url}/console")
    page.get_by_label("Key ID").fill(api.auth[0])
    page.get_by_label("Secret").fill(api.auth[1])
    page.get_by_label("Your name").fill("Grace")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Grace")).to_be_visible()
    expect(page).to_have_url(f"{url}/console/{api.app_id}")
    page.context.close()


def journey(console: Console) -> None:
    """Create a group, follow the stream, reload the page, and replay a request."""
    page, api = console.page, console.api
    console.open()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create a demo group").click()
    page.get_by_role("link", name="Open Crew").click()
    expect(page.get_by_role("heading", name="Crew")).to_be_visible()
    assert page.url.startswith(f"{console.url}/console/{api.app_id}/conversations/")
    group = page.url.rpartition("/")[2].partition("?")[0]
    api.say(group, "Said elsewhere")
    expect(page.get_by_role("group", name="Messages", exact=True).get_by_text("Said elsewhere")).to_be_visible()
    page.get_by_role("navigation", name="Screens").first.get_by_role("link", name="Requests").click()
    row = page.get_by_role("listbox").get_by_role("option").filter(has_text="messages")
    expect(row.first).to_be_visible()
    page.reload()
    row.first.click()
    expect(page.get_by_role("article").get_by_role("heading", name="PostMessage")).to_be_visible()
    page.get_by_role("region", name="Events").get_by_role("link", name="conversation:message").click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(console.url)}/console/{api.app_id}/events/[0-9a-f]{{24}}$"))
    page.go_back()
    expect(page.get_by_role("article").get_by_role("heading", name="PostMessage")).to_be_visible()
    page.get_by_role("article").get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("region", name="Response to the replay")).to_contain_text("201")
    page.get_by_role("link", name="Open the new request").click()
    expect(row.first).to_be_visible()
