"""Measures the console in a real browser: how soon a page and its rows appear, what large lists and bursts cost, and
memory.

    .venv/bin/python -m bench.console [paint] [rows] [group] [burst] [steady] [--joins 100] [--minutes 2]

Server, load generator and Chromium share the processors. The page measures its times with its own clock, up to the
frame that shows the expected element.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from tests.console.browsing import launch

from bench import load, processes
from bench.processes import Process
from bench.scenarios import Load, message_line
from bench.worlds import World, add_groups, add_members, add_users, empty, opened

_PARTS = ("paint", "rows", "group", "burst", "steady")
_MEMBERS = 100_000
_GROUPS = 200
"""Groups that get the messages of bursts."""
_BURST_RATE, _BURST_SECONDS = 1000.0, 5.0
_STEADY_RATE = 50.0
_CONNECTIONS = 8
_OPENED = 5
"""How often the large group is opened."""
_LOADED = 20
"""How often a page is loaded, each time with an empty cache and then with a full one."""
_SCREENS = {"home": "", "requests": "requests", "conversations": "conversations"}
"""The screens of the steady load."""
_OPTIONS = ("--console", "yes", "--record-requests", "10000")
_IN_PAGE = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask" });
const now = () => performance.timeOrigin + performance.now();
const frames = (isDone) => new Promise((resolve) => {
  const look = () => requestAnimationFrame(() => isDone() ? resolve(now()) : look());
  look();
});
/** The time of the frame that shows the first row of a list. */
window.listed = frames(() => document.querySelector("[role=option]"));
/** Milliseconds from the beginning of the navigation to the first contents. */
window.painted = new Promise((resolve) => {
  const done = (list) => list.getEntriesByName("first-contentful-paint").map((one) => resolve(one.startTime));
  new PerformanceObserver(done).observe({ type: "paint", buffered: true });
});
const rows = () => [...document.querySelectorAll("[role=option]")].map((one) => one.id);
window.watchRows = () => {
  window.known = new Set(rows());
};
/** The time of the frame that shows a new row. */
window.nextRow = async () => {
  const at = await frames(() => rows().some((id) => !known.has(id)));
  for (const id of rows()) known.add(id);
  return at;
};
/** Milliseconds from a press on an element, or of a key in the list of participants, to the frame with an element. */
window.pressed = async (press, key, wanted) => {
  const began = now();
  const target = document.querySelector(press);
  if (key) target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  else target.click();
  return (await frames(() => document.querySelector(wanted))) - began;
};
/** Milliseconds from now through the queue of the page to the end of the next frame. */
window.handled = () => new Promise((resolve) => {
  const began = performance.now();
  setTimeout(() => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began))));
});
"""


class Sending(threading.Thread):
    """Sends a load in a thread."""

    def __init__(self, port: int, what: Load, seconds: float, rate: float) -> None:
        super().__init__()
        self._port, self._what, self._seconds, self._wanted = port, what, seconds, rate
        self.rate = 0.0
        """Requests per second that were sent."""

    def run(self) -> None:
        """Send the load until the time is up."""
        result = load.run(self._port, self._what, _CONNECTIONS, self._seconds, self._wanted)
        assert not any(result.errors.values()), result
        self.rate = result.requests / result.microseconds * 1e6


class Site:
    """A server with a world, and a browser on its console."""

    def __init__(self, server: Process, world: World, browser: Browser) -> None:
        self.url = f"http://127.0.0.1:{server.port}"
        self.server, self.world = server, world
        key_id, secret = base64.b64decode(world.authorization.split()[1]).decode().split(":", 1)
        self.http = httpx.Client(base_url=self.url, auth=(key_id, secret))
        sign_in = {"keyId": key_id, "secret": secret, "name": "Bench"}
        self._token = self.http.post("/console/session", json=sign_in).raise_for_status().json()["token"]
        self.browser = browser
        self.context = self.new_context()

    def new_context(self) -> BrowserContext:
        """A profile of the browser with an empty cache, which is signed in."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(f"sessionStorage.setItem('heliograph:{self.url}', '{self._token}');{_IN_PAGE}")
        return context

    def address(self, screen: str) -> str:
        """The URL of a screen."""
        return f"{self.url}/console/{self.world.app_id}/{screen}"

    def open(self, screen: str) -> Page:
        """A page that follows the stream."""
        page = self.context.new_page()
        page.goto(self.address(screen))
        page.get_by_text("Live", exact=True).wait_for()
        return page

    def join(self, group: str, user: str) -> float:
        """Let a user join; returns when the response arrived, in milliseconds of the clock of the machine."""
        self._post(f"{group}/join", {"userId": user, "subscribeSDKClient": False})
        return time.time() * 1000

    def leave(self, group: str, users: list[str]) -> None:
        """Let users leave."""
        for user in users:
            self._post(f"{group}/leave", {"userId": user})

    def _post(self, path: str, body: dict[str, Any]) -> None:
        url = f"/v2/apps/{self.world.app_id}/conversations/{path}"
        self.http.post(url, json=body).raise_for_status()

    @contextmanager
    def messages(self, seconds: float, rate: float, groups: int = _GROUPS) -> Iterator[Sending]:
        """Posts messages to this many groups at a constant rate until the block and the time are over."""
        lines = [message_line(self.world, group, None) for group in self.world.groups[:groups]]
        sending = Sending(self.server.port, Load(self.world, lines, once=False), seconds, rate)
        sending.start()
        yield sending
        sending.join()


def paint(site: Site) -> None:
    """Measure from the start of a navigation to the first contents of the page, and to the first row of its list."""
    for screen in ("conversations?sort=newest", "users"):
        found: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": []}
        for _ in range(_LOADED):
            context = site.new_context()
            page = context.new_page()
            for cache in found.values():
                page.goto(site.address(screen))
                listed = page.evaluate("listed.then((at) => at - performance.timeOrigin)")
                painted = page.evaluate("painted")
                cache.append((painted, listed))
            context.close()
        for name, times in found.items():
            first, listed = (_percentiles(list(one)) for one in zip(*times, strict=True))
            print(f"{screen.partition('?')[0]}, {name} cache: first paint {first}; list {listed}; {_load_average()}")


def _load_average() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"


def rows(site: Site, joins: int) -> None:
    """Measure from the response to a join to the row of its event, and to the row of its request."""
    group, users = site.world.groups[0], site.world.users[:joins]
    for screen in ("events?type=conversation:join", "requests?operation=JoinConversation"):
        page, found = site.open(screen), []
        for user in users:
            page.evaluate("watchRows()")
            page.evaluate("window.next = nextRow(); 0")
            page.wait_for_timeout(random.random() * 200)  # the page batches events that arrive within 100 ms
            committed = site.join(group, user)
            found.append(page.evaluate("next") - committed)
        site.leave(group, users)
        print(f"{screen.partition('?')[0]}: {joins} joins, to the row {_percentiles(found)}")
        page.close()


def _percentiles(found: list[float]) -> str:
    ordered = sorted(found)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"min {ordered[0]:.0f} ms, p50 {statistics.median(found):.0f} ms, p95 {p95:.0f} ms, max {ordered[-1]:.0f} ms"


def group(site: Site, large: str) -> None:
    """Measure how soon a large group opens, and how soon its list of participants shows its start and its end."""
    members = site.world.members[large]
    row, first, last = (f"[id='row-{one}']" for one in (large, members[0], members[-1]))
    tab, listed = "[aria-label=Details] button:nth-child(2)", "[role=listbox][aria-label=Participants]"
    times: dict[str, list[float]] = {}
    for _ in range(_OPENED):
        page = site.open("conversations?sort=newest")
        page.locator(row).wait_for()
        for name, press, key, wanted in (
            ("open", row, None, ".conversation [href*=participants]"),
            ("participants", tab, None, first),
            ("End", listed, "End", last),
            ("Home", listed, "Home", first),
        ):
            taken = page.evaluate("(given) => pressed(...given)", [press, key, wanted])
            times.setdefault(name, []).append(taken)
        page.close()
    for name, found in times.items():
        print(f"group of {len(members):,}: {name} median {statistics.median(found):.0f} ms, max {max(found):.0f} ms")


def burst(site: Site) -> None:
    """Measure how soon the page handles input during a burst of events, and how many elements it has at most."""
    one = f"conversations/{site.world.groups[0]}"
    for name, screen, groups in (
        ("home", "", _GROUPS), ("requests", "requests", _GROUPS), ("events", "events", _GROUPS),
        ("conversations", "conversations", _GROUPS), ("a conversation", one, _GROUPS), ("the conversation", one, 1),
    ):  # fmt: skip
        page = site.open(screen)
        page.wait_for_timeout(500)
        page.evaluate("longTasks.length = 0")
        inputs, most = [], 0
        with site.messages(_BURST_SECONDS, _BURST_RATE, groups) as running:
            page.wait_for_timeout(1000)
            while running.is_alive():
                most = max(most, page.evaluate("document.querySelectorAll('*').length"))
                inputs.append(page.evaluate("handled()"))
                page.wait_for_timeout(100)
        tasks = _tasks(page.evaluate("longTasks"))
        print(f"{running.rate:.0f} events/s on {name}: handled {_percentiles(inputs)}; {tasks}; {most} elements")
        page.close()


def _tasks(tasks: list[float]) -> str:
    return f"{len(tasks)} tasks over 50 ms, the longest {max(tasks, default=0):.0f} ms"


def steady(site: Site, minutes: float, screens: list[str]) -> None:
    """Measure memory and long tasks of each screen at a constant rate of events, one screen after the other."""
    for screen in screens:
        page = site.open(_SCREENS[screen])
        devtools = site.context.new_cdp_session(page)
        page.wait_for_timeout(1000)
        before = _heap(devtools)
        page.evaluate("longTasks.length = 0")
        heaps, longest = [], 0.0
        for quarter in range(4):
            if quarter == 3:
                site.browser.start_tracing(page=page, categories=["toplevel"])
            with site.messages(minutes * 60 / 4, _STEADY_RATE) as running:
                while running.is_alive():
                    page.wait_for_timeout(250)
            if quarter == 3:
                longest = _longest_task(site.browser.stop_tracing())
            heaps.append(_heap(devtools))
        figures = ", ".join(f"{one:.1f}" for one in heaps)
        print(f"{_STEADY_RATE:.0f} events/s on {screen}: heap {before:.1f} MB, then {figures} MB")
        tasks = _tasks(page.evaluate("longTasks"))
        print(f"  {tasks}; at most {longest:.0f} ms of processor time in the last quarter; {_load_average()}")
        page.close()


def _longest_task(trace: bytes) -> float:
    """The most processor time of a task of the page, in milliseconds. Unlike its duration, this does not depend on
    other load on the machine."""
    events = json.loads(trace)["traceEvents"]
    pages = {_thread(one) for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"}
    taken = [int(one.get("tdur", 0)) for one in events if "RunTask" in one["name"] and _thread(one) in pages]
    return max(taken, default=0) / 1000


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _heap(devtools: CDPSession) -> float:
    devtools.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = devtools.send("Runtime.getHeapUsage")
    return float(found["usedSize"]) / 1e6


async def _build(url: str, members: int) -> tuple[World, str]:
    async with opened(url) as store:
        world = await empty(store)
        await add_users(store, world, max(members, 1000))
        await add_groups(store, world, _GROUPS)
        (large,) = await add_groups(store, world, 1, members)
        await add_members(store, world, [(large, user) for user in world.users[:members]])
    return world, large


@contextmanager
def _site(folder: str, members: int) -> Iterator[tuple[Site, str]]:
    url = f"sqlite:///{Path(folder) / 'bench.db'}"
    world, large = asyncio.run(_build(url, members))
    with processes.heliograph(url, *_OPTIONS) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        yield Site(server, world, browser), large
        browser.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=_PARTS, choices=[*_PARTS, []])
    parser.add_argument("--joins", type=int, default=100)
    parser.add_argument("--members", type=int, default=_MEMBERS)
    parser.add_argument("--minutes", type=float, default=2.0, help="for each screen of the steady load")
    parser.add_argument("--screens", nargs="+", default=list(_SCREENS), choices=_SCREENS, help="of the steady load")
    options = parser.parse_args()
    if not load.LOADER.exists():
        parser.error(f"{load.LOADER} is missing: run make {load.LOADER}")
    with tempfile.TemporaryDirectory() as folder, _site(folder, options.members) as (site, large):
        if "paint" in options.parts:
            paint(site)
        if "rows" in options.parts:
            rows(site, options.joins)
        if "group" in options.parts:
            group(site, large)
        if "burst" in options.parts:
            burst(site)
        if "steady" in options.parts:
            steady(site, options.minutes, options.screens)


if __name__ == "__main__":
    main()
