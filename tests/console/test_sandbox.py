"""The screen of the sandbox tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from heliograph.cli.chaos_presets import PRESETS
from tests.commands import command
from tests.console.browsing import Console, console_context, copied_text, names_of, signed_in
from tests.harness import Caller, new_app
from tests.sandbox.inboxes import below, hook, script, variables

pytestmark = pytest.mark.one_engine


@pytest.fixture
def account(context: BrowserContext, owner: Caller, own: Caller) -> Iterator[Console]:
    """The console of a fresh app, with a session of the account key."""
    with signed_in(context, own.url, Caller(own.url, owner.auth, own.app_id, own.http)) as console:
        yield console


def tool(console: Console, name: str) -> Locator:
    """The part of the screen for one tool."""
    return console.page.get_by_role("region", name=name, exact=True)


def press(place: Any, name: str) -> None:
    """Press the button with exactly this name."""
    place.get_by_role("button", name=name, exact=True).click()


def fill(place: Any, **fields: str) -> None:
    """Fill fields by their labels."""
    for label, value in fields.items():
        place.get_by_label(label.replace("_", " "), exact=True).fill(value)


def rules(api: Caller) -> list[Any]:
    """The rules of the app without their counts."""
    found = api.ok("GET", below(api, "/chaos"))["chaos"]["rules"]
    return [{name: value for name, value in one.items() if name not in ("matches", "hits")} for one in found]


def test_presets_are_those_of_the_command(console: Console) -> None:
    console.open("sandbox")
    chaos, banner = tool(console, "Chaos"), console.page.locator(".banner")
    expect(chaos.get_by_text("Chaos is off.")).to_be_visible()
    expect(tool(console, "State").get_by_text("Problems")).to_be_visible()
    for number, (name, expected) in enumerate(PRESETS.items()):
        press(chaos, "Presets")
        console.page.get_by_role("menuitem", name=name, exact=True).click()
        if number:  # there are rules to replace
            expect(console.page.get_by_role("dialog")).to_contain_text("of this app. All counts begin again.")
            press(console.page.get_by_role("dialog"), "Replace rules")
        expect(chaos.get_by_role("listitem").filter(has_text=expected[-1]["name"])).to_be_visible()
        assert rules(console.api) == expected
        plural = "rule" if len(expected) == 1 else "rules"
        expect(banner).to_contain_text(f"Chaos is on: {len(expected)} {plural}, 0 faults injected.")
    press(chaos, "Remove all")
    expect(banner).to_have_count(0)
    assert rules(console.api) == []


def test_a_rule_is_added_hits_and_is_a_command(console: Console) -> None:
    console.open("sandbox")
    page, api, chaos = console.page, console.api, tool(console, "Chaos")
    press(chaos, "Add rule")
    form = page.get_by_role("dialog")
    fill(form, Name="busy", Operation="CreateUser", Status="429", Number_of_hits="1", **{"Retry-After_in_seconds": "2"})
    expect(form.locator(".command")).to_have_text(
        "heliograph chaos add busy --operation CreateUser --status 429 --retry-after 2 --times 1"
    )
    console.assert_accessible()
    press(form, "Add rule")
    expect(chaos.get_by_text("status 429, retry after 2 s")).to_be_visible()
    added = rules(api)
    refused, created = (api("POST", "/users", {"externalId": "ada"}) for _ in range(2))
    assert (refused.status_code, refused.headers["x-heliograph-chaos"], created.status_code) == (429, "busy", 201)
    expect(chaos.get_by_text("1 hit of 2")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("1 rule, 1 fault injected.")
    press(chaos, "Actions for busy")
    page.get_by_role("menuitem", name="Copy as command").click()
    copied = copied_text(page, "chaos add busy").split()
    press(page.locator(".banner"), "Turn off")
    expect(chaos.get_by_text("Chaos is off.")).to_be_visible()
    assert command(*copied[1:], env=variables(api)).returncode == 0
    assert rules(api) == added
    expect(chaos.get_by_text("busy", exact=True)).to_be_visible()


def test_rules_as_json(console: Console) -> None:
    console.open("sandbox")
    press(tool(console, "Chaos"), "Edit as JSON")
    form = console.page.get_by_role("dialog")
    fill(form, Rules='{"rules": [')
    expect(form.get_by_role("alert")).to_contain_text("This is not JSON")
    rule = {"name": "odd", "on": "stream", "effect": {"reset": True, "wrong": 1}, "probability": 1.0}
    fill(form, Rules=json.dumps({"seed": 7, "rules": [rule]}))
    press(form, "Set rules")
    expect(form.get_by_role("alert")).to_contain_text("should NOT have the additional property 'wrong'")
    rule["effect"] = {"reset": True}
    fill(form, Rules=json.dumps({"seed": 7, "rules": [rule]}))
    press(form, "Set rules")
    expect(form).to_have_count(0)
    assert rules(console.api) == [rule]


def test_moving_the_clock_makes_due_attempts(console: Console) -> None:
    api, page = console.api, console.page
    script(api, "503")
    hook(api, triggers=("conversation:create",))
    console.open("sandbox")
    clock, state = tool(console, "Clock"), tool(console, "State")
    expect(clock.get_by_text("The clock of the machine", exact=True)).to_be_visible()
    press(clock, "Freeze")
    expect(page.locator(".banner")).to_contain_text("The clock of this app is frozen at")
    expect(clock.get_by_text("heliograph clock unfreeze")).to_be_visible()
    api.new_group()
    fill(clock, Advance_by="15m")
    press(clock, "Advance")
    expect(clock.get_by_role("status")).to_contain_text("delivery attempts")
    expect(clock.locator(".attempts li").filter(has_text="conversation:create, attempt 5")).to_contain_text("503")
    expect(state.get_by_text("deliveries that failed: 1")).to_be_visible()
    fill(clock, Advance_by="soon")
    expect(clock.get_by_role("button", name="Advance", exact=True)).to_be_disabled()
    press(clock, "Unfreeze")
    expect(page.locator(".banner")).to_contain_text("ahead")
    press(clock, "+1 day")
    expect(page.locator(".banner")).to_contain_text("The clock of this app is 1 d")
    expect(clock.get_by_text("heliograph clock advance 1d")).to_be_visible()
    fill(clock, Move_to="2000-01-01T00:00")
    press(clock, "Move")
    expect(page.get_by_text("The clock moves forward only")).to_be_visible()
    console.assert_accessible()


def test_a_snapshot_is_saved_restored_and_deleted(account: Console) -> None:
    page, api = account.page, account.api
    account.open("sandbox")
    snapshots = tool(account, "Snapshots")
    expect(snapshots.get_by_text("No snapshots yet.")).to_be_visible()
    press(snapshots, "Save snapshot")
    fill(page.get_by_role("dialog"), Name="not a name")
    press(page.get_by_role("dialog"), "Save")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    fill(page.get_by_role("dialog"), Name="before")
    press(page.get_by_role("dialog"), "Save")
    expect(snapshots.get_by_text("before", exact=True)).to_be_visible()
    api.new_user("ada")
    press(snapshots, "Restore…")
    expect(page.get_by_role("dialog", name="Restore before?")).to_contain_text("Everything since then is lost")
    press(page.get_by_role("dialog"), "Restore")
    expect(page.get_by_text("Restored before")).to_be_visible()
    assert api("GET", "/users/ada").status_code == 404
    press(snapshots, "Delete before")
    press(page.get_by_role("dialog", name="Delete before?"), "Delete")
    expect(snapshots.get_by_text("No snapshots yet.")).to_be_visible()


def test_seeds_and_the_reset(console: Console) -> None:
    page, api = console.page, console.api
    console.open("sandbox")
    expect(tool(console, "Snapshots")).to_contain_text("this session has access to one app")
    seed = tool(console, "Seed")
    press(seed, "Load a seed…")
    form = page.get_by_role("dialog")
    fill(form, Seed_as_JSON='{"user": [{"externalId": "ada", "wrong": 1}]}')
    press(form, "Load")
    expect(form.get_by_role("alert")).to_contain_text("unknown field wrong")
    content = {"app": {"name": "Shop"}, "user": [{"externalId": "ada"}]}
    file = {"name": "seed.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
    form.get_by_label("From a file").set_input_files(file)  # type: ignore[arg-type]
    press(form, "Load")
    expect(page.get_by_text("Created 1 user", exact=True)).to_be_visible()
    api.new_user("bob")
    with page.expect_download() as download:
        press(seed, "Export this app")
    exported = json.loads(download.value.path().read_text())
    assert [one["externalId"] for one in exported["user"]] == ["ada", "bob"]
    press(tool(console, "Reset"), "Reset this app…")
    asked = page.get_by_role("dialog", name="Reset Shop?")
    expect(asked).to_contain_text("is deleted: users, conversations")
    press(asked, "Reset")
    expect(page.get_by_text("Reset Shop", exact=True)).to_be_visible()
    assert [api("GET", f"/users/{name}").status_code for name in ("ada", "bob")] == [200, 404]


def test_missing_tools_of_other_servers_are_explained(console: Console) -> None:
    state = console.api.ok("GET", below(console.api, ""))["sandbox"]
    shared = {"sandbox": {**state, "database": "PostgreSQL db.example.org/heliograph"}}
    console.page.route(
        "**/sandbox", lambda route: route.fulfill(json=shared) if "/v1/" in route.request.url else route.fallback()
    )
    console.open("sandbox")
    expect(tool(console, "Clock").get_by_text("Moving the clock needs a SQLite database")).to_be_visible()
    expect(tool(console, "Clock").get_by_role("button", name="Freeze", exact=True)).to_have_count(0)
    missing = {"errors": [{"code": "not_found", "title": "Resource not found"}]}
    console.page.route("**/v1/**/sandbox", lambda route: route.fulfill(status=404, json=missing))
    console.page.reload()
    expect(console.page.get_by_role("heading", name="This server is not a sandbox")).to_be_visible()


def test_a_viewer_reads_only(viewer: Console) -> None:
    api = viewer.api
    api.ok("PUT", below(api, "/chaos"), {"rules": [{"name": "busy", "on": "delivery", "effect": {"status": 503}}]})
    viewer.open("sandbox")
    main = viewer.page.get_by_role("main")
    expect(main.get_by_text("You have read-only access.")).to_be_visible()
    expect(tool(viewer, "Chaos").get_by_text("status 503")).to_be_visible()
    expect(tool(viewer, "Clock").get_by_role("time")).to_be_visible()
    allowed = ("Actions for busy", "Export this app", "Copy export")
    names = names_of(main.get_by_role("button"))
    assert [name for name in names if name not in allowed and not name.startswith("Copy heliograph ")] == []
    press(tool(viewer, "Chaos"), "Actions for busy")
    expect(viewer.page.get_by_role("menuitem")).to_have_text(["Copy as command"])


def test_a_restore_ends_newer_sessions(account: Console, browser: Browser, owner: Caller) -> None:
    owner.ok("POST", "/heliograph/v1/sandbox/snapshots", {"name": "older"})
    young = new_app(owner)
    caller = Caller(young.url, owner.auth, young.app_id, young.http)
    with console_context(browser, young.url) as context, signed_in(context, young.url, caller) as console:
        for one in (console, account):
            one.open("sandbox")
        press(tool(account, "Snapshots"), "Restore…")
        press(account.page.get_by_role("dialog", name="Restore older?"), "Restore")
        expect(account.page.get_by_text("Restored older")).to_be_visible()
        expect(console.page.get_by_role("dialog", name="Sign in")).to_contain_text("Your session has ended.")
    owner.ok("DELETE", "/heliograph/v1/sandbox/snapshots/older")


def test_a_snapshot_is_a_file(account: Console, owner: Caller) -> None:
    """It is exported, and imported under another name; other files are refused."""
    page = account.page
    owner.ok("POST", "/heliograph/v1/sandbox/snapshots", {"name": "exported"})
    account.open("sandbox")
    snapshots = tool(account, "Snapshots")
    with page.expect_download() as download:
        press(snapshots, "Export exported")
    assert download.value.suggested_filename == "exported.db"
    press(snapshots, "Import a file…")
    form = page.get_by_role("dialog", name="Import a snapshot")
    form.get_by_label("File").set_input_files({"name": "text.db", "mimeType": "text/plain", "buffer": b"text"})
    expect(form.get_by_label("Name")).to_have_value("text")
    press(form, "Import")
    expect(form.get_by_role("alert")).to_contain_text("not")
    account.assert_accessible()
    form.get_by_label("File").set_input_files(download.value.path())
    fill(form, Name="imported")
    press(form, "Import")
    expect(snapshots.get_by_text("imported", exact=True)).to_be_visible()
    for name in ("exported", "imported"):
        owner.ok("DELETE", f"/heliograph/v1/sandbox/snapshots/{name}")
