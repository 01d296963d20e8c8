"""Markup and URLs in every text that clients of the API can set: they run nothing and load nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.handover import HOOK
from tests.console.browsing import Console
from tests.harness import Caller

pytestmark = pytest.mark.one_engine

MARKUP = "\"'></p></script><img src=//h.test/i onerror=x=1><script>x=1</script>"
"""Closes each context of HTML, and then would run a script and load from another server."""
MORE = MARKUP + "{{x=1}}${x=1}<svg/onload=x=1><iframe srcdoc='<script>parent.x=1</script>'><base href=//h.test/>"
URLS = (
    "javascript:x=1", " JaVaScRiPt:x=1", "java\tscript:x=1", "\x01javascript:x=1",
    "data:text/html,<script>x=1</script>", "vbscript:x=1", "blob:http://127.0.0.1/x",
    "file:///etc/passwd", "//h.test/x", "/v2/apps", "x",
)  # fmt: skip
HTML = '<a href="https://h.test/" target=_top>fine</a>' + "".join(f'<a href="{url}">a</a>' for url in URLS) + MORE
DEEP = "<b>" * 1360
PICTURE = "https://h.test/picture.png"
_HARMLESS = ("http:", "https:", "mailto:", "tel:")


def harmless(page: Page) -> None:
    """Assert that no script ran, and that no link runs a script or gives another site access to this page."""
    assert page.evaluate("typeof x") == "undefined"
    links = page.locator("a").evaluate_all(
        "all => all.map(a => ({scheme: a.protocol, own: a.origin === location.origin, target: a.target, rel: a.rel}))"
    )
    assert [one for one in links if one["scheme"] not in _HARMLESS] == []
    others = [one for one in links if not one["own"]]
    assert [one for one in others if (one["target"], "noopener" in one["rel"]) != ("_blank", True)] == []
    assert page.locator("iframe, object, embed, script:not([src^=assets]), base:not([href$='/console/'])").count() == 0
    images = page.locator("img").evaluate_all("all => all.map(one => one.src)")
    assert [url for url in images if not url.startswith((page.url.split("/console")[0], "blob:"))] == []


def visit(console: Console, path: str, shown: Locator | None = None, **query: str) -> Page:
    """Open a screen on which the markup is shown as it was written, and check it."""
    console.open(path, **query)
    expect(shown or console.page.get_by_role("main").get_by_text(MARKUP).first).to_be_visible()
    harmless(console.page)
    return console.page


def post(api: Caller, conversation: str, content: dict[str, Any], **more: Any) -> Any:
    """Post a message of the business, whose name is markup."""
    body = {"author": {"type": "business", "displayName": MARKUP, "avatarUrl": PICTURE}, "content": content, **more}
    return api("POST", f"/conversations/{conversation}/messages", body)


def user(api: Caller) -> str:
    """Create a user whose texts are all markup; returns its id."""
    profile = {"givenName": MARKUP, "surname": MARKUP, "email": "a@h.test", "avatarUrl": PICTURE, "locale": "en"}
    return api.new_user(MARKUP, profile=profile, metadata={MARKUP: MORE})


@pytest.fixture
def group(own: Caller) -> str:
    """A group with such a user, and with markup in its name, description and metadata."""
    more = {"description": MARKUP, "iconUrl": PICTURE, "metadata": {MARKUP: MORE}}
    return own.new_group(user(own), displayName=MARKUP, **more)


def upload(api: Caller) -> str:
    """Upload a file whose name is markup; returns its URL."""
    parts = {"source": (MARKUP + ".svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x=1'/>", "image/svg+xml")}
    found = api("POST", "/attachments", files=parts, params={"access": "public"})
    return str(found.json()["attachment"]["mediaUrl"])


def contents(api: Caller) -> list[dict[str, Any]]:
    """A content of each type."""
    actions = [
        {"type": "link", "text": MARKUP, "uri": "https://h.test/link"},
        {"type": "postback", "text": MARKUP, "payload": MORE},
        {"type": "reply", "text": MARKUP[:40], "payload": MORE, "iconUrl": PICTURE},
    ]
    item = {"title": MARKUP, "description": MARKUP, "mediaUrl": PICTURE, "actions": actions[:2]}
    field = {"type": "text", "name": "name", "label": MARKUP, "placeholder": MARKUP}
    return [
        {"type": "text", "text": MORE, "actions": actions},
        {"type": "text", "htmlText": HTML},
        {"type": "text", "htmlText": DEEP + "deep"},
        {"type": "text", "markdownText": f"[a](javascript:x=1) ![i]({PICTURE}) <{URLS[0]}> {MORE}"},
        {"type": "image", "mediaUrl": PICTURE, "altText": MARKUP, "text": MARKUP},
        {"type": "image", "mediaUrl": upload(api)},
        {"type": "file", "mediaUrl": upload(api), "altText": MARKUP},
        {"type": "carousel", "items": [item]},
        {"type": "list", "items": [item]},
        {"type": "location", "coordinates": {"lat": 1, "long": 2}, "location": {"name": MARKUP, "address": MORE}},
        {"type": "form", "fields": [field]},
    ]


def test_conversations(console: Console, own: Caller, group: str) -> None:
    """Messages of each type, and URLs with schemes that run scripts, if the API accepts them."""
    for content in contents(own):
        assert post(own, group, content, metadata={MARKUP[:40]: MORE}).status_code == 201, content
    for url in URLS:
        post(own, group, {"type": "text", "text": url, "actions": [{"type": "link", "text": "a", "uri": url}]})
        post(own, group, {"type": "image", "mediaUrl": url})
        post(own, group, {"type": "file", "mediaUrl": url})
    page = visit(console, f"conversations/{group}", play=MARKUP.replace("&", ""))
    expect(page.get_by_text("Image from h.test").first).to_be_visible()
    expect(page.get_by_text("deep", exact=True).first).to_be_attached()
    for tab in ("participants", "activity", "json"):
        visit(console, f"conversations/{group}", tab=tab)
    page.get_by_role("searchbox").last.fill(MARKUP)
    harmless(page)
    with page.expect_request("https://h.test/picture.png"):
        page.get_by_role("button", name="Show").first.click()
    console.requests.remove(PICTURE)


def test_pictures_of_this_server_do_not_lead_elsewhere(console: Console, own: Caller) -> None:
    """Attachments of this server load at once; its other paths do not, since they could redirect elsewhere."""
    step = {"status": 302, "headers": {"location": "https://h.test/tracker.png"}}
    own.ok("PUT", f"/heliograph/v1/apps/{own.app_id}/sandbox/inboxes/default/script", {"steps": [step]})
    group = own.new_group(displayName="Crew")
    post(own, group, {"type": "image", "mediaUrl": f"{own.url}/_inbox/{own.app_id}/default/a.png"})
    post(own, group, {"type": "image", "mediaUrl": f"{own.url}/attachments/../_inbox/{own.app_id}/default/b.png"})
    console.open(f"conversations/{group}")
    expect(console.page.get_by_text("Image from 127.0.0.1")).to_have_count(2)
    assert own.ok("GET", f"/heliograph/v1/apps/{own.app_id}/sandbox/inboxes/default/calls")["calls"] == []


def test_users_and_settings_of_the_app(console: Console, own: Caller, group: str) -> None:
    """Users, integrations, the switchboard, chaos, and the search."""
    member = {"type": "custom", "displayName": MARKUP, "webhooks": [HOOK]}
    made = own.ok("POST", "/integrations", member)["integration"]
    board = own.ok("POST", "/switchboards", {"name": MARKUP})["switchboard"]
    seat = {"name": MARKUP, "integrationId": made["id"], "deliverStandbyEvents": False}
    seated = own("POST", f"/switchboards/{board['id']}/switchboardIntegrations", seat)
    rule = {"name": "x", "on": "request", "title": MARKUP, "status": 429}
    own("PUT", f"/heliograph/v1/apps/{own.app_id}/sandbox/chaos", {"rules": [rule]})
    visit(console, "users")
    (found,) = own.ok("GET", f"/heliograph/v1/apps/{own.app_id}/users")["users"]
    visit(console, f"users/{found['id']}")
    visit(console, "integrations")
    visit(console, f"integrations/{made['id']}")
    if seated.is_success:
        visit(console, "switchboard")
        visit(console, "switchboard", conversationId=group)
    own("DELETE", f"/heliograph/v1/apps/{own.app_id}/sandbox/chaos")
    page = visit(console, "sandbox", console.page.get_by_role("heading", name="Chaos"))
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(MARKUP)
    expect(page.get_by_role("dialog").get_by_role("option").filter(has_text=MARKUP).first).to_be_visible()
    harmless(page)


def test_requests_and_events(console: Console, own: Caller, group: str) -> None:
    """Paths, headers and bodies of recorded requests, also without credentials, and payloads of events."""
    path = f"{own.url}/v2/apps/{own.app_id}/users/" + MARKUP.replace("/", "%2F").replace("#", "%23")
    httpx.get(path, params={MARKUP: MORE}, headers={"x-markup": MARKUP, "user-agent": MARKUP})
    own("POST", "/users", {"externalId": 5, MARKUP: MARKUP})
    console.open("requests")
    page = console.page
    # The exact text of the status, since a request may take 401 ms.
    with_status = {
        status: page.get_by_role("option").filter(has=page.get_by_text(status, exact=True)) for status in ("400", "401")
    }
    with_status["401"].click()
    page.get_by_role("region", name="Request", exact=True).get_by_role("button", name="Headers").click()
    expect(page.get_by_role("article").get_by_text(MARKUP).first).to_be_visible()
    harmless(page)
    with_status["400"].click()
    expect(page.get_by_role("article").locator("pre").first).to_contain_text(json.dumps(MARKUP)[1:-1])
    harmless(page)
    page = visit(console, "", page.get_by_role("link", name=re.compile("CreateUser")).first)
    console.open("events")
    page.get_by_role("listbox", name="Events").get_by_role("option").filter(has_text="conversation:create").click()
    expect(page.get_by_role("article").locator("pre").first).to_contain_text("onerror=x=1")
    harmless(page)


def test_webhooks_and_inboxes(console: Console, own: Caller) -> None:
    """Responses of endpoints, and calls that anyone can make to an inbox."""
    inbox = f"{own.url}/_inbox/{own.app_id}/default"
    steps = [{"status": 418, "body": MORE, "headers": {"content-type": "text/html", "x-markup": MARKUP}}]
    own.ok("PUT", f"/heliograph/v1/apps/{own.app_id}/sandbox/inboxes/default/script", {"steps": steps})
    hook = {"target": f"{inbox}?{MARKUP.replace('#', '')}", "triggers": ["*"]}
    made = own("POST", "/integrations", {"type": "custom", "displayName": MARKUP, "webhooks": [hook]})
    if made.status_code == 400:
        hook["target"] = inbox
        made = own("POST", "/integrations", {"type": "custom", "displayName": MARKUP, "webhooks": [hook]})
    own.new_group(user(own), displayName=MARKUP)
    visit(console, "webhooks")
    (webhook,) = made.json()["integration"]["webhooks"]
    console.open(f"webhooks/{webhook['id']}")
    page = console.page
    page.get_by_role("listbox", name="Deliveries").get_by_role("option").filter(has_text="418").first.click()
    expect(page.get_by_role("article").get_by_role("cell").filter(has_text="onerror=x=1").first).to_be_visible()
    harmless(page)
    own.http.request(
        "PUT", f"{inbox}/{MARKUP}", params={MARKUP: MORE}, headers={"x-heliograph-delivery": MARKUP}, content=MORE
    )
    console.open("inbox")
    page.get_by_role("option").filter(has_text="PUT").click()
    expect(page.get_by_role("article").locator("pre")).to_have_text(MORE)
    harmless(page)
    page.get_by_role("button", name="Raw").click()
    harmless(page)


def test_names_of_people_who_sign_in(console: Console, own: Caller) -> None:
    assert own.auth is not None
    body = {"keyId": own.auth[0], "secret": own.auth[1], "name": MARKUP}
    own.ok("POST", "/console/session", body)
    visit(console, "keys")


def test_urls_of_the_page_itself(console: Console) -> None:
    """Markup in each part of a link to the console."""
    page = console.page
    encoded = "%22'%3E%3Cimg%20src=//h.test/i%20onerror=x=1%3E"
    for path in (
        f"x/{encoded}",
        f"requests/{encoded}",
        f"conversations/{encoded}",
        f"users/{encoded}",
        "users/%E0%A4%A",
    ):
        console.open(path, path=encoded, tab=encoded, q=encoded, name=encoded, delivery=encoded, play=encoded)
        expect(page.get_by_role("banner")).to_be_visible()
        expect(page.get_by_role("main")).not_to_be_empty()
        harmless(page)
    page.goto(f"{console.url}/console/{encoded}/{encoded}?#{encoded}")
    expect(page.get_by_role("banner")).to_be_visible()
    harmless(page)


def test_history_search_and_erasure(console: Console, own: Caller, group: str) -> None:
    """Members at a time, search results, keys of integrations, and the dialogs about personal data."""
    made = own.ok("POST", "/integrations", {"type": "custom", "displayName": "Bot", "webhooks": [HOOK]})
    own.ok("POST", f"/integrations/{made['integration']['id']}/keys", {"displayName": MARKUP})
    visit(console, f"conversations/{group}", tab="participants", view="history")
    (member,) = own.participants(group)
    visit(console, f"conversations/{group}", tab="participants", view="history", member=member["userId"])
    page = visit(console, f"conversations/{group}", tab="participants", at="2100-01-01T00:00:00Z")
    page.get_by_role("listbox", name="Members at this time").get_by_role("option").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    harmless(page)
    console.open("conversations")
    for text in (MARKUP, f"{MARKUP}={MORE}", member["userId"]):
        page.get_by_role("searchbox").fill(text)
        expect(page.get_by_role("status").or_(page.get_by_role("listbox", name="Conversations")).first).to_be_visible()
        harmless(page)
    visit(console, f"integrations/{made['integration']['id']}")
    page = visit(console, f"users/{member['userId']}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Erase user…").click()
    expect(page.get_by_role("dialog")).to_contain_text(MARKUP)
    harmless(page)
    page.get_by_role("dialog").get_by_role("button", name="Erase user").click()
    expect(page.get_by_role("dialog").get_by_role("region", name="What stays")).to_be_visible()
    harmless(page)
