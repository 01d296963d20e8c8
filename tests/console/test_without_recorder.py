"""The console of a server that does not record requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browsing import console_context, signed_in
from tests.harness import Caller, init, new_app, serving

pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def unrecorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A caller with the key of an app on a server that does not record requests."""
    path = tmp_path_factory.mktemp("unrecorded") / "heliograph.db"
    with serving(path, "--console", "yes") as server:
        owner = Caller(server.url, init(server.database_url).account_auth)
        yield new_app(owner)
        owner.http.close()


# The server is started first, since no event loop can start while the browser is open.
def test_home_and_requests_say_that_recording_is_off(unrecorded: Caller, browser: Browser) -> None:
    with console_context(browser, unrecorded.url) as context, signed_in(context, unrecorded.url, unrecorded) as console:
        console.open()
        expect(console.page.get_by_text("Request recording is off")).to_be_visible()
        expect(console.page.get_by_role("heading", level=1)).to_have_text("Home")
        console.assert_accessible()
        console.open("requests")
        expect(console.page.get_by_role("heading", name="Request recording is off")).to_be_visible()
