"""A sandbox that records requests and may call its own inboxes, and a browser on its console."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import AbstractEventLoop
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.console.browsing import BROWSER, REQUIRED, WITHOUT, Console, console_context, launch, signed_in
from tests.harness import Caller, Server, calling_account, new_app, serving

OPTIONS = ("--sandbox-tools", "yes", "--stand-ins", "yes", "--record-requests", "1000",
           "--webhook-allowed-networks", "loopback", "--console", "yes")  # fmt: skip


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, on SQLite. The tests of the API run on both engines."""
    with serving(tmp_path_factory.mktemp("console") / "heliograph.db", *OPTIONS) as server:
        yield server


@pytest.fixture(scope="session")
def owner(sandbox_server: Server) -> Iterator[Caller]:
    """A caller with the account key of the server."""
    with calling_account(sandbox_server) as caller:
        yield caller


@pytest.fixture
def own(owner: Caller) -> Caller:
    """A caller with the key of a fresh app."""
    return new_app(owner)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """The browser and the event loop of Playwright. Their start takes a second, so all tests share them."""
    if BROWSER is None:
        assert not REQUIRED, WITHOUT
        pytest.skip(WITHOUT)
    with sync_playwright() as playwright:
        browser, loop = launch(playwright), asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(chromium: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """The browser, for one test."""
    browser, loop = chromium
    with running(loop):
        yield browser


@contextlib.contextmanager
def running(loop: AbstractEventLoop) -> Iterator[None]:
    """Run the loop of Playwright in this thread.

    It counts as running between the calls of Playwright too, so no other test could run a loop.
    """
    asyncio._set_running_loop(loop)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture(scope="module")
def module_context(chromium: tuple[Browser, AbstractEventLoop], sandbox_server: Server) -> Iterator[BrowserContext]:
    """A browser context for the consoles of a file."""
    browser, loop = chromium
    with contextlib.ExitStack() as stack:
        with running(loop):
            context = stack.enter_context(console_context(browser, sandbox_server.url))
        yield context
        with running(loop):
            stack.close()


@pytest.fixture
def context(browser: Browser, module_context: BrowserContext) -> BrowserContext:
    """The browser context of the file, for one test."""
    return module_context


@pytest.fixture
def console(context: BrowserContext, own: Caller) -> Iterator[Console]:
    """The console of a fresh app, signed in as an operator."""
    with signed_in(context, own.url, own) as console:
        yield console


@pytest.fixture
def viewer(context: BrowserContext, own: Caller) -> Iterator[Console]:
    """The console of a fresh app, signed in as a viewer."""
    with signed_in(context, own.url, own, role="viewer") as console:
        yield console
