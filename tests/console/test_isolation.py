"""Isolation of the console from other apps, other sites, and other servers on the same machine."""

from __future__ import annotations

import http.server
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.browsing import ARGUMENTS, BROWSER, Console, signed_in
from tests.console.sessions import SCREENS, link, sign_in, stored
from tests.harness import Caller, Server, init, new_app, serving
from tests.loopback import LoopbackServer
from tests.sandbox.chaos import disturb, rule

pytestmark = pytest.mark.one_engine

READS = (
    "{v2}", "{v2}/users?filter[identities.email]=a@b.test", "{v2}/conversations/{id}",
    "{v2}/conversations/{id}/messages", "{v2}/conversations/{id}/participants", "{v2}/integrations",
    "{v2}/switchboards", "{h}/users", "{h}/conversations", "{h}/requests", "{h}/eventRecords", "{h}/deliveries",
    "{h}/listeners", "{h}/find?q={id}", "{h}/activity", "{h}/events", "{h}/sandbox/chaos", "{h}/sandbox/clock",
    "{h}/sandbox/inboxes", "{h}/sandbox/inboxes/default/calls",
)  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, without a session."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_an_operator_of_one_app_sees_nothing_of_another(console: Console, owner: Caller) -> None:
    other = new_app(owner, "Other app of someone else")
    group = other.new_group(other.new_user("secret-user"), displayName="Secret group")
    console.open()
    page = console.page
    expect(page.get_by_role("banner")).to_be_visible()
    headers = {"authorization": f"Bearer {stored(page)}"}
    v2, h = f"/v2/apps/{other.app_id}", f"/heliograph/v1/apps/{other.app_id}"
    for path in READS:
        response = other("GET", path.format(v2=v2, h=h, id=group), auth=None, headers=headers)
        assert (response.status_code in (403, 404), "ecret" in response.text) == (True, False), path
    for screen in ("", "conversations", "requests", "keys"):
        page.goto(f"{console.url}/console/{other.app_id}/{screen}")
        expect(page.get_by_role("alert").first).to_be_visible()
        assert "ecret" not in page.get_by_role("main").inner_text()


def test_another_app_leaves_nothing_of_the_first_on_the_screen(context: BrowserContext, owner: Caller) -> None:
    """Opens each screen with data, then switches to the same screen of an empty app without a page load."""
    apps = [new_app(owner, name) for name in ("First", "Second")]
    first = apps[0]
    hook = {"target": f"{first.url}/Only-here", "triggers": ["*"]}
    first.ok("POST", "/integrations", {"type": "custom", "displayName": "Only-here", "webhooks": [hook]})
    assert first("GET", "/users/Only-here").status_code == 404
    first.ok("POST", "/switchboards", {"name": "Only-here"})
    first.new_group(first.new_user("Only-here"), displayName="Only-here")
    disturb(first, rule("Only-here", "delivery", status=503))
    first.http.post(f"{first.url}/_inbox/{first.app_id}/default/Only-here")
    with signed_in(context, owner.url, Caller(owner.url, owner.auth, first.app_id, owner.http)) as console:
        page = console.page
        console.open()
        for screen, title in SCREENS.items():
            show(page, title)
            expect(page.get_by_text("Chaos is on")).to_be_visible()
            if screen not in ("", "keys"):
                expect(page.get_by_role("main").get_by_text("Only-here").first).to_be_visible()
            switch(page, "First", "Second")
            show(page, title)
            expect(page.get_by_text("Chaos is on")).to_have_count(0)
            expect(page.get_by_text("Only-here")).to_have_count(0)
            assert apps[1].app_id in page.url
            switch(page, "Second", "First")


def show(page: Page, title: str) -> None:
    """Show a screen without loading the page again."""
    page.get_by_role("navigation", name="Screens").first.get_by_role("link", name=title, exact=True).click()
    # Home begins with help if it was opened before the first request was stored.
    heading = re.compile(f"{title}|Waiting for your first request|Get started")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(heading)


def switch(page: Page, before: str, after: str) -> None:
    """Choose another app."""
    page.get_by_role("banner").get_by_role("button", name=before, exact=True).click()
    page.get_by_role("menuitemradio", name=after, exact=True).click()
    expect(page.get_by_role("banner").get_by_role("button", name=after, exact=True)).to_be_visible()


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another server on the machine, which frames the console, and collects the cookies that it receives."""

    target = ""
    cookies: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.cookies.append(self.headers.get("cookie", ""))
        body = f'<iframe src="{self.target}/console/"></iframe><iframe src="{self.target}/docs"></iframe>'.encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def elsewhere(sandbox_server: Server) -> Iterator[str]:
    """The URL of such a server, on the same host and another port."""
    handler = type("Handler", (_Elsewhere,), {"target": sandbox_server.url, "cookies": []})
    with LoopbackServer(handler) as server:
        yield server.url
    assert set(handler.cookies) <= {""}  # type: ignore[attr-defined]


def test_another_server_of_the_machine_gets_nothing(page: Page, own: Caller, elsewhere: str) -> None:
    """A server on the host of the console cannot frame it, read its storage, call it, or reach its window."""
    page.goto(link(own))
    sign_in(page, "Ada")
    token = stored(page)
    other = page.context.new_page()
    other.goto(elsewhere)
    first, second = other.frames[1:]
    for frame in (first, second):
        frame.wait_for_url("chrome-error://chromewebdata/")
    assert token not in other.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    refused = "(url, options) => fetch(url, options).then(() => 'read', error => error.name)"
    for path in ("/console/", f"/v2/apps/{own.app_id}", f"/heliograph/v1/apps/{own.app_id}/users", "/console/session"):
        outcome = other.evaluate(f"([url]) => ({refused})(url, {{credentials: 'include'}})", [own.url + path])
        assert outcome == "TypeError", path
    probe = "url => { const opened = open(url); try { return String(opened.location.href) } catch { return 'closed' } }"
    with other.expect_popup() as popup:
        other.evaluate(probe, f"{own.url}/console/")
    # Until the console has loaded, the window shows a blank page with the origin of its opener.
    expect(popup.value.get_by_label("Key ID")).to_be_visible()
    assert popup.value.evaluate("[opener, Object.keys(sessionStorage)]") == [None, []]


def test_a_name_that_is_rebound_to_this_server_has_no_session(browser: Browser, own: Caller) -> None:
    """DNS rebinding: a site whose name resolves to the address of the server is another origin."""
    port = own.url.rpartition(":")[2]
    rules = "--host-resolver-rules=MAP rebound.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    rebinding = browser.browser_type.launch(executable_path=BROWSER, args=[*ARGUMENTS[:-1], rules])
    page = rebinding.new_page()
    page.goto(link(own))
    sign_in(page, "Ada")
    page.goto(f"http://rebound.test:{port}/console/{own.app_id}/users")
    expect(page.get_by_label("Key ID")).to_be_visible()
    assert page.evaluate("[Object.keys(sessionStorage), Object.keys(localStorage), document.cookie]") == [[], [], ""]
    read = "async path => (await fetch(path)).status"
    assert page.evaluate(read, f"/heliograph/v1/apps/{own.app_id}/users") == 401
    rebinding.close()
    for host in (f"rebound.test:{port}", "127.0.0.1.rebound.test", 'x"><script>', "user@rebound.test"):
        response = httpx.get(f"{own.url}/console/", headers={"host": host})
        assert "rebound" not in response.text
        assert "<script>" not in response.text
        assert "hgs_" not in response.text
        users = httpx.get(f"{own.url}/heliograph/v1/apps/{own.app_id}/users", headers={"host": host})
        assert users.status_code in (400, 401)


def test_two_servers_of_one_browser_do_not_mix(page: Page, own: Caller, tmp_path: Path) -> None:
    """A browser has sessions of two servers on one host, and signing out of one keeps the other."""
    options = ("--console", "yes", "--sandbox-tools", "yes")
    page.goto(link(own))
    sign_in(page, "Ada")
    with serving(tmp_path / "heliograph.db", *options) as server:
        sandbox = init(server.database_url)
        other = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        second = page.context.new_page()
        second.goto(link(other))
        sign_in(second, "Grace")
        assert stored(page) != stored(second)
        second.get_by_role("button", name="Grace").click()
        second.get_by_role("menuitem", name="Sign out").click()
        expect(second.get_by_label("Key ID")).to_be_visible()
        other.http.close()
        page.reload()
        expect(page.get_by_role("button", name="Ada")).to_be_visible()
