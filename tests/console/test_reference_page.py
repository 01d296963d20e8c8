"""The reference page, in a real browser that can reach nothing but the server."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.harness import serving

OFFERED = [operation.path for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)]
HEIGHT = 30_000
"""The page renders only operations in the window, so the window has to fit them all."""
PATIENCE_MS = 90_000
LINKED_OPERATION = "/docs#/Participants/JoinConversation"
"""A link of the kind that the console has. It opens the operation."""

pytestmark = pytest.mark.one_engine


def test_every_offered_operation_is_shown_under_a_root_path(browser: Browser, tmp_path: Path) -> None:
    """The page is the same without a root path, so it is rendered once: that takes 8 seconds of processor time."""
    with serving(tmp_path / "heliograph.db", "--root-path", "/sc") as server:
        assert server.url.endswith("/sc")
        assert_every_operation_is_shown(browser, server.url)
        below = httpx.get(f"{server.url}/docs").text
    with serving(tmp_path / "heliograph.db") as server:
        assert httpx.get(f"{server.url}/docs").text == below
        linked = re.findall(r'(?:href|src)="([^"]+)"', below)
        assert linked
        for url in set(linked) - {"data:,"}:
            assert httpx.get(f"{server.url}/{url}").status_code == 200


def assert_every_operation_is_shown(browser: Browser, url: str) -> None:
    """Check that each operation is on the page as often as it is offered."""
    page = browser.new_page(viewport={"width": 1280, "height": HEIGHT})
    page.goto(url + LINKED_OPERATION)
    shown = page.locator("[data-path]")
    expect(shown).to_have_count(len(OFFERED), timeout=PATIENCE_MS)
    assert sorted(shown.evaluate_all("all => all.map(one => one.dataset.path)")) == sorted(OFFERED)
    expect(page.get_by_text("OAS 3.1")).to_be_visible()
    expect(page.locator("#operations-Participants-JoinConversation.is-open")).to_be_visible()
    page.close()
