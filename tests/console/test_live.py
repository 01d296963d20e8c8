"""Live updates in the console: in many tabs, and after the connection or the server was lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.console.browsing import Console, console_context, signed_in
from tests.console.conftest import OPTIONS
from tests.harness import Caller, Server, init, new_app, serving
from tests.sandbox.inboxes import arrived, below, hook, script

pytestmark = pytest.mark.one_engine


def rows(page: Page, text: str) -> Locator:
    """The rows of the list with a text."""
    return page.get_by_role("listbox").get_by_role("option").filter(has_text=text)


def is_live(page: Page) -> None:
    """Assert that the page follows the activity stream."""
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def recorded(api: Caller, external_id: str) -> None:
    """Create a user, and wait until the request is stored."""
    request_id = api("POST", "/users", {"externalId": external_id}).headers["x-request-id"]
    while not api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/find?q={request_id}")["results"]:
        pass


@pytest.fixture(scope="module")
def restartable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps its port when it is restarted."""
    with serving(tmp_path_factory.mktemp("restarts") / "heliograph.db", *OPTIONS) as server:
        server.options = (*server.options, "--port", server.url.rpartition(":")[2])
        yield server


def tabs(console: Console, count: int) -> list[Page]:
    """The tab of the console and new tabs of the same browser, whose requests are collected too."""
    found = [console.page, *(console.page.context.new_page() for _ in range(count - 1))]
    for page in found[1:]:
        page.on("request", lambda request: console.requests.append(request.url))
    return found


def streams(console: Console) -> int:
    """The number of activity streams that the tabs have opened."""
    return sum(url.endswith("/activity") for url in console.requests)


def test_nine_tabs_share_one_stream(console: Console) -> None:
    pages = tabs(console, 9)
    for page in pages:
        page.goto(f"{console.url}/console/{console.app_id}/requests")
        is_live(page)
    console.api("GET", "/users/everywhere")
    for page in pages:
        expect(rows(page, "users/everywhere")).to_be_visible()
    assert streams(console) == 1


def test_the_next_tab_continues_where_the_last_one_stopped(console: Console) -> None:
    first, second = tabs(console, 2)
    for page in (first, second):
        page.goto(f"{console.url}/console/{console.app_id}/requests?operation=CreateUser")
        is_live(page)
    _connect_again(first)
    recorded(console.api, "before")
    expect(rows(second, "users")).to_have_count(1)

    def happens_between(route: Route) -> None:
        recorded(console.api, "between")
        route.continue_()

    second.route("**/activity", happens_between)
    first.close()
    expect(rows(second, "users")).to_have_count(2)
    recorded(console.api, "after")
    expect(rows(second, "users")).to_have_count(3)
    assert streams(console) == 3


def _connect_again(page: Page) -> None:
    with page.expect_response("**/activity"):
        page.evaluate("dispatchEvent(new Event('online'))")


def test_an_offline_browser_catches_up(console: Console) -> None:
    page, api = console.page, console.api
    console.open("requests", operation="CreateUser")
    is_live(page)
    page.context.set_offline(True)
    recorded(api, "meanwhile")
    page.context.set_offline(False)
    expect(rows(page, "users")).to_have_count(1)
    recorded(api, "later")
    expect(rows(page, "users")).to_have_count(2)
    is_live(page)
    assert streams(console) > 1, "the connection from before may be dead"


def test_a_retry_is_seen_although_many_deliveries_followed(console: Console) -> None:
    api, page = console.api, console.page
    api.ok("POST", below(api, "/clock"), {"freeze": True})
    script(api, "503", "200")
    hook(api, triggers=("conversation:create",))
    console.open()
    api.new_group(displayName="first")
    row = rows(page, "conversation:create").last
    expect(row).to_contain_text("inbox503, retry")
    for _ in range(110):
        api.new_group()
    arrived(api, 111)
    api.ok("POST", below(api, "/clock"), {"advance": 60})
    page.get_by_role("listbox").evaluate("list => list.scrollTo({top: list.scrollHeight})")
    expect(rows(page, "conversation:create").last).to_contain_text("inbox200")


def test_a_burst_leaves_the_page_usable(console: Console) -> None:
    """The document has a limited number of the messages of a busy conversation and the rows of a busy list."""
    api, page = console.api, console.page
    group = api.new_group(displayName="Busy")
    console.open(f"conversations/{group}")
    is_live(page)
    api.say(group, "The first")
    with ThreadPoolExecutor(max_workers=8) as threads:
        list(threads.map(lambda number: api.say(group, f"message {number}"), range(220)))
    api.say(group, "The last")
    messages = page.get_by_role("group", name="Messages", exact=True)
    expect(messages.get_by_text("The last", exact=True)).to_be_visible()
    assert page.locator("[data-id]").count() <= 200
    messages.evaluate("box => box.scrollTo({top: 0})")
    expect(messages.get_by_text("The first", exact=True)).to_be_attached()
    page.get_by_role("link", name="Requests", exact=True).click()
    expect(rows(page, "messages").first).to_be_visible()
    assert rows(page, "").count() <= 60
    page.get_by_role("link", name="Events", exact=True).click()
    expect(rows(page, "conversation:message").first).to_be_visible()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_stream_outlives_the_server(restartable: Server, browser: Browser, number: signal.Signals) -> None:
    owner = Caller(restartable.url, init(restartable.database_url).account_auth)
    api = new_app(owner)
    with console_context(browser, restartable.url) as context, signed_in(context, restartable.url, api) as console:
        page = console.page
        console.open("events", type="conversation:create")
        is_live(page)
        page.evaluate("window.isFirst = true")
        api.new_group(displayName="before")
        expect(rows(page, "before")).to_be_visible()
        restartable.stop(number)
        restartable.output.clear()
        expect(page.get_by_text("Reconnecting…")).to_be_visible()
        expect(rows(page, "before")).to_be_visible()
        restartable.start()
        api.new_group(displayName="first")
        is_live(page)
        api.new_group(displayName="second")
        for name in ("before", "first", "second"):
            expect(rows(page, name)).to_have_count(1)
        assert page.evaluate("window.isFirst")
    owner.http.close()
