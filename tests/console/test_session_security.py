"""Sessions of the console in a browser: storage of the token, sign-in links, and the limits of viewers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.console.browsing import Console
from tests.console.sessions import SCREENS, link, sign_in, stored
from tests.harness import Caller, Server, new_app

pytestmark = pytest.mark.one_engine


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, without a session."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_link_that_is_opened_in_the_tab_of_the_console(page: Page, own: Caller) -> None:
    """Only the fragment changes, so the page is not loaded again. The ticket is used, and does not stay in the URL."""
    page.goto(f"{own.url}/console/")
    expect(page.get_by_label("Key ID")).to_be_visible()
    page.goto(link(own))
    expect(page.get_by_text("You are signing in with a link")).to_be_visible()
    assert "ticket" not in page.url
    sign_in(page, "Ada")
    first = stored(page)
    expect(page).to_have_url(f"{own.url}/console/{own.app_id}")  # the console moves to the first app
    page.goto(f"{page.url}#ticket=hgt_of-someone-else")
    expect(page.get_by_text("You are signing in with a link")).to_be_visible()
    assert "ticket" not in page.url
    page.get_by_label("Your name").fill("Eve")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("already used")
    assert stored(page) == first
    page.get_by_role("button", name="Stay signed in as Ada").click()
    expect(page.get_by_role("banner").get_by_role("button", name="Ada")).to_be_visible()
    own.new_user("grace")
    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    expect(page.get_by_role("option", name="grace")).to_be_visible()


def test_a_link_that_is_opened_while_the_console_moves_to_another_view(page: Page, own: Caller) -> None:
    """Sign-in moves to the first app too. The browser may report a fragment after the page has replaced it."""
    page.goto(link(own))
    sign_in(page, "Ada")
    page.evaluate("location.hash = 'ticket=hgt_other'; history.replaceState(null, '', location.pathname)")
    expect(page.get_by_text("You are signing in with a link")).to_be_visible()


def test_signing_in_again_ends_the_session_of_the_tab(page: Page, own: Caller) -> None:
    page.goto(link(own))
    sign_in(page, "Ada")
    first = {"authorization": f"Bearer {stored(page)}"}
    assert httpx.get(f"{own.url}/console/session", headers=first).status_code == 200
    page.goto(link(own))
    sign_in(page, "Eve")
    assert httpx.get(f"{own.url}/console/session", headers=first).status_code == 401
    page.reload()
    expect(page.get_by_role("button", name="Eve")).to_be_visible()


def test_the_token_is_in_storage_only(page: Page, own: Caller, sandbox_server: Server) -> None:
    """It is not in URLs, the history, cookies, referrers, other headers, records of requests, streams or the log."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    secret_link = link(own)
    page.goto(secret_link)
    sign_in(page, "Ada")
    token, ticket = stored(page), secret_link.partition("=")[2]
    page.evaluate("fetch(`${document.baseURI}../v2/apps/" + own.app_id + "/users/none`)")
    for screen in SCREENS:
        page.goto(f"{own.url}/console/{own.app_id}/{screen}")
        expect(page.get_by_role("banner")).to_be_visible()
        assert token not in page.content()
    own.new_user("ada")
    for request in sent:
        headers = request.all_headers()
        assert not {token, ticket} & {part for part in request.url.replace("=", "/").split("/")}
        assert [name for name, value in headers.items() if token in value] in ([], ["authorization"])
        assert not headers.get("referer")
        assert "cookie" not in headers
    assert page.context.cookies() == []
    assert token not in page.evaluate("JSON.stringify([document.cookie, name, history.state, document.referrer])")
    page.go_back()
    assert "ticket" not in page.url
    seen = own("GET", f"/heliograph/v1/apps/{own.app_id}/requests", params={"page[before]": "f" * 24}).text
    seen += own("GET", "/heliograph/v1/console/sessions").text
    for one in own.ok("GET", f"/heliograph/v1/apps/{own.app_id}/requests")["requests"]:
        seen += own("GET", f"/heliograph/v1/apps/{own.app_id}/requests/{one['id']}").text
    assert token not in seen + "".join(sandbox_server.log)
    assert ticket not in seen + "".join(sandbox_server.log)


def test_a_viewer_cannot_do_by_hand_what_the_page_hides(viewer: Console, own: Caller) -> None:
    """The page of a viewer calls each operation that changes something, and each is refused."""
    viewer.open()
    page = viewer.page
    expect(page.get_by_role("banner")).to_be_visible()
    document = httpx.get(f"{own.url}/openapi.json").json()
    places = [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("post", "put", "patch", "delete") and not path.startswith(("/oauth", "/console/session"))
    ]
    assert len(places) > 60
    call = """async ([places, app, token]) => Promise.all(places.map(async ([method, path]) => {
      const place = path.replace("{appId}", app).replace(/{\\w+}/g, "f".repeat(24));
      const url = document.baseURI.replace("/console/", "") + place;
      const headers = {authorization: `Bearer ${token}`, "content-type": "application/json"};
      const {status} = await fetch(url, {method, headers, body: "{}"});
      return [method, path, status];
    }))"""
    answers = page.evaluate(call, [places, own.app_id, stored(page)])
    assert [one for one in answers if one[2] != 403] == []


def test_a_link_of_someone_else_does_not_take_over(console: Console, owner: Caller) -> None:
    """The link of an attacker changes nothing until the user signs in with it, which creates a new session."""
    attacker = new_app(owner, "Trap")
    console.open()
    page = console.page
    before = stored(page)
    page.goto(link(attacker))
    expect(page.get_by_text("You are signing in with a link")).to_be_visible()
    page.goto(f"{console.url}/console/{console.app_id}")
    expect(page.get_by_role("button", name="Ada")).to_be_visible()
    assert stored(page) == before


def test_replaying_a_request_without_credentials_asks_first(console: Console, own: Caller) -> None:
    """The operator has rights that the sender lacked, so the page asks before it sends the request again."""
    group = own.new_group(displayName="Crew")
    own("POST", f"/conversations/{group}/messages", {}, auth=None)
    console.open("requests", status="401")
    page = console.page
    page.get_by_role("listbox").get_by_role("option").filter(has_text="messages").click()
    replay = page.get_by_role("article").get_by_role("button", name="Replay", exact=True)
    replay.click()
    question = page.get_by_role("dialog", name="Send POST again?")
    expect(question).to_contain_text("It is sent again with the rights of your session")
    console.assert_accessible()
    question.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("region", name="Response to the replay")).to_have_count(0)
    replay.click()
    question.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("region", name="Response to the replay")).to_contain_text("400")
