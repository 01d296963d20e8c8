"""The first ten minutes of a new user of the console, from `heliograph dev` to a replayed request."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.commands import Running
from tests.console.browsing import Console, console_context, copied_text
from tests.harness import Caller

pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The link to the console that `heliograph dev` prints."""
    process = Running("dev", "--port", "0", env={"XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("runtime"))})
    for line in iter(process.stdout.readline, ""):
        if line.startswith("  console "):
            yield line.split()[1]
            break
    process.send_signal(15)
    assert process.wait(30) == 0
    process.stdout.close()
    process.stderr.close()


# The server is started first, since no event loop can start while the browser is open.
@pytest.fixture
def newcomer(link: str, browser: Browser) -> Iterator[Console]:
    """The console in a browser without a session."""
    url = link.partition("/console/")[0]
    with console_context(browser, url) as context:
        console = Console(context.new_page(), url, Caller(url, None))
        with console.watched():
            yield console
            console.check()


def visit(page: Page, screen: str) -> None:
    """Open a screen by its link in the navigation."""
    page.get_by_role("navigation").get_by_role("link", name=screen, exact=True).click()


def press(place: Page | Locator, name: str) -> None:
    """Press the button with exactly this name."""
    place.get_by_role("button", name=name, exact=True).click()


def rows(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The rows of the list with a text."""
    return page.get_by_role("listbox").get_by_role("option").filter(has_text=text)


def test_the_first_ten_minutes(newcomer: Console, link: str) -> None:
    page = newcomer.page
    _sign_in(page, link)
    press(page, "Send webhooks to the inbox")
    expect(page.get_by_text("Created the integration Inbox")).to_be_visible()
    _make_a_group_of_two(page)
    _follow_the_join(page)
    _break_the_inbox(page)
    _see_the_retries(page)
    _send_it_again(page)
    _change_and_copy_the_request(page)


def _sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("Ada")
    press(page, "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting for your first request")
    assert "ticket" not in page.url


def _make_a_group_of_two(page: Page) -> None:
    visit(page, "Conversations")
    press(page, "All")
    press(page, "New conversation")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Crew")
    dialog.get_by_label("Participants").fill("ada")
    press(dialog, "Create")
    expect(page.get_by_role("heading", name="Crew")).to_be_visible()
    press(page, "Add participant")
    dialog.get_by_label("User ID or external ID").fill("bob")
    press(dialog, "Add participant")
    expect(page.get_by_role("link", name="2 of 1,000")).to_be_visible()


def _follow_the_join(page: Page) -> None:
    """Go from the request to its event, the delivery, and the call in the inbox."""
    visit(page, "Home")
    rows(page, re.compile(r"join.*201.*→conversation:join.*→inbox200")).first.click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("heading", level=2)).to_have_text("JoinConversation")
    detail.get_by_role("link", name="inbox").first.click()
    expect(page.get_by_role("heading", name="Attempts")).to_be_visible()
    visit(page, "Inbox")
    rows(page, "conversation:join").first.click()
    expect(page.get_by_role("list", name="Checks").get_by_role("listitem")).to_have_text(
        ["Secret valid", "Payload valid", "In order", "First delivery"]
    )
    expect(page.get_by_role("article").locator("pre")).to_contain_text('"externalId": "bob"')


def _break_the_inbox(page: Page) -> None:
    visit(page, "Sandbox")
    press(page, "Freeze")
    expect(page.locator(".banner")).to_contain_text("frozen")
    visit(page, "Inbox")
    press(page, "Edit")
    press(page.get_by_role("dialog"), "503 ×3, then 200")
    press(page.get_by_role("dialog"), "Save")
    expect(page.get_by_text("503 ×3, then 200")).to_be_visible()
    visit(page, "Conversations")
    rows(page, "Crew").click()
    page.get_by_label("Message", exact=True).fill("Hello, both of you")
    page.keyboard.press("Enter")
    visit(page, "Home")
    expect(rows(page, re.compile(r"messages.*→inbox503, retry "))).to_be_visible()


def _see_the_retries(page: Page) -> None:
    visit(page, "Sandbox")
    press(page, "+10 min")
    attempts = page.locator(".attempts li").filter(has_text="conversation:message")
    expect(attempts.filter(has_text="attempt 4")).to_contain_text("200")
    visit(page, "Inbox")
    for number, status in ((1, 503), (2, 503), (3, 503), (4, 200)):
        expect(rows(page, re.compile(rf"conversation:message.*attempt {number} *→ {status}"))).to_be_visible()


def _send_it_again(page: Page) -> None:
    visit(page, "Webhooks")
    expect(page.get_by_role("listbox", name="Webhooks").get_by_role("option")).to_be_visible()
    page.get_by_role("listbox", name="Webhooks").get_by_role("option").click()
    rows(page, "conversation:message").click()
    detail = page.get_by_role("article")
    expect(detail.get_by_role("row")).to_have_count(5)
    press(detail, "Resend")
    expect(detail.get_by_role("row")).to_have_count(6)


def _change_and_copy_the_request(page: Page) -> None:
    visit(page, "Requests")
    rows(page, re.compile(r"POST.*messages.*201")).first.click()
    press(page, "Edit and replay")
    dialog = page.get_by_role("dialog")
    body = dialog.get_by_label("Body")
    body.fill(body.input_value().replace("both of you", "all of you"))
    press(dialog, "Send POST")
    result = page.get_by_role("region", name="Response to the replay")
    expect(result.locator(".added").filter(has_text="all of you")).to_be_visible()
    result.get_by_role("link", name="Open the new request").click()
    expect(page.get_by_role("article")).to_contain_text("Hello, all of you")
    press(page, "Copy as")
    page.get_by_role("menuitem", name="Python").click()
    expect(page.get_by_role("status").filter(has_text="Copied").last).to_be_visible()
    assert "Hello, all of you" in copied_text(page, "client.messages.post_message(")
    visit(page, "Conversations")
    rows(page, "Crew").click()
    expect(page.get_by_role("group", name="Messages", exact=True)).to_contain_text("Hello, all of you")
