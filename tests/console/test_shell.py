"""The frame around the screens: search, shortcuts, menus, focus, and narrow windows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.console.browsing import Console, signed_in
from tests.harness import Caller, new_app
from tests.waiting import until

pytestmark = pytest.mark.one_engine


def test_search_finds_records_and_runs_commands(console: Console, own: Caller) -> None:
    crew = own.ok("POST", f"/v2/apps/{own.app_id}/conversations", {"type": "sdkGroup", "displayName": "Crew"})
    user = own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "ada"})["user"]["id"]
    console.open()
    page = console.page
    page.get_by_role("button", name="Search").wait_for()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=re.compile("Search"))
    expect(field).to_be_focused()
    page.keyboard.type("ada")
    expect(page.get_by_role("option", name=re.compile(r"^ada user"))).to_have_attribute("aria-selected", "true")
    console.assert_accessible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/users/{user}"))
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("crew")
    expect(page.get_by_role("status").filter(has_text="1 record found")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/conversations/{crew['conversation']['id']}"))
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing has this name")
    expect(page.get_by_role("status").filter(has_text="Nothing found")).to_be_visible()
    field.fill("advance clock")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The clock of this app is 1 h ahead")).to_be_visible()


def test_commands_create_a_group_and_change_the_theme(console: Console, own: Caller) -> None:
    console.open("users")
    page = console.page
    page.get_by_role("button", name="Search").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("create group")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name").fill("Night shift")
    page.get_by_role("button", name="Create group").click()
    expect(page).to_have_url(re.compile(r"/conversations/[0-9a-f]{24}"))
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(19, 19, 16)")
    page.get_by_role("button", name="Theme: dark").click()
    expect(page.get_by_role("button", name="Theme: as the system")).to_be_visible()
    page.get_by_role("button", name="App", exact=True).click()
    page.get_by_role("menuitem", name="App settings…").click()
    page.get_by_role("textbox", name="Name").fill("Renamed")
    page.get_by_label("Mask credit card numbers in messages").uncheck()
    console.assert_accessible()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title(re.compile("Renamed"))
    changed = own.ok("GET", f"/v2/apps/{own.app_id}")["app"]
    assert (changed["displayName"], changed["settings"]["maskCreditCardNumbers"]) == ("Renamed", False)


# Presses Control+K when the button for it appears, before the browser paints it.
PRESS_AT_ONCE = """addEventListener("DOMContentLoaded", () => new MutationObserver((changes, observer) => {
  if (!document.querySelector("[aria-keyshortcuts='Control+K']")) return;
  observer.disconnect();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
}).observe(document.body, { subtree: true, childList: true }))"""


def test_keys_work_as_soon_as_the_console_is_shown(console: Console) -> None:
    with console.page.add_init_script(PRESS_AT_ONCE):
        console.open()
        expect(console.page.get_by_role("dialog", name="Search")).to_be_visible()


def _goes_to_users(page: Page) -> bool:
    """Press G and U, which do nothing if the pause between them is too long."""
    page.keyboard.press("g")
    page.keyboard.press("u")
    return page.url.endswith("/users")


def test_single_keys_can_be_turned_off(console: Console) -> None:
    console.open()
    page = console.page
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Users")
    console.assert_accessible()
    page.keyboard.press("Escape")
    until(lambda: _goes_to_users(page))
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_focused()
    expect(page).to_have_title(re.compile("^Users · "))
    expect(page.get_by_role("link", name="Users")).to_have_attribute("aria-current", "page")
    page.keyboard.press("?")
    help_.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    expect(page).to_have_url(re.compile("/users"))


def test_keyboard_alone(console: Console) -> None:
    console.open("users")
    page = console.page
    page.get_by_role("heading", name="Users", level=1).wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_focused()
    page.get_by_role("button", name="Ada").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Theme")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("menuitem", name="Keyboard shortcuts")).to_be_focused()
    console.assert_accessible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ada")).to_be_focused()


def test_narrow_and_enlarged_windows(console: Console, own: Caller) -> None:
    user = own.ok("POST", f"/v2/apps/{own.app_id}/users", {"externalId": "x" * 400})["user"]["id"]
    page = console.page
    screens = ("", "conversations", "users", f"users/{user}", "requests", "events", "webhooks", "inbox", "sandbox",
               "keys", "integrations", "switchboard")  # fmt: skip
    for screen in screens:
        console.open(screen)
        page.get_by_role("heading", level=1).first.wait_for()
        # 200 % zoom halves the width; WCAG 1.4.10 asks for 320 px.
        for width in (720, 320):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{screen}, {width} px"
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Integrations").click()
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_focused()


def test_an_account_moves_between_apps(context: BrowserContext, owner: Caller) -> None:
    apps = [new_app(owner, f"Shop {number}") for number in range(12)]
    caller = Caller(owner.url, owner.auth, apps[0].app_id, owner.http)
    with signed_in(context, owner.url, caller) as console:
        console.open()
        page = console.page
        page.get_by_role("button", name="Shop 0").click()
        page.keyboard.type("shop 11")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitemradio", name="Shop 11")).to_be_focused()
        console.assert_accessible()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/console/{apps[11].app_id}"))
        page.get_by_role("button", name="Shop 11").click()
        page.get_by_role("menuitem", name="Create an app…").click()
        page.get_by_role("textbox", name="Name").fill("Fresh")
        page.get_by_role("button", name="Create app").click()
        expect(page.get_by_role("button", name="Fresh", exact=True)).to_be_visible()
        page.goto(f"{owner.url}/console/6b06dd61e400000000000000/users")
        expect(page.get_by_role("alert")).to_contain_text("App not found")


def test_a_server_without_apps(context: BrowserContext, owner: Caller) -> None:
    with signed_in(context, owner.url, owner) as console:
        page = console.page
        page.route("**/v2/apps?*", lambda route: route.fulfill(json={"apps": [], "meta": {"hasMore": False}}))
        page.goto(f"{owner.url}/console/")
        page.get_by_role("main").get_by_role("button", name="Create an app…").click()
        page.get_by_role("textbox", name="Name").fill("Shop")
        page.get_by_role("button", name="Create app").click()
        expect(page.get_by_role("heading", name="API keys", level=1)).to_be_visible()
        expect(page.get_by_text("Shop was created")).to_be_visible()
        console.assert_accessible()


def test_going_back_closes_a_dialog(console: Console) -> None:
    console.open("users")
    page = console.page
    page.get_by_role("navigation").get_by_role("link", name="Conversations").click()
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="New conversation").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()  # choosing the order of the list has not added a history entry
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
