"""Inboxes: endpoints that keep the calls they receive, and respond by a script."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from heliograph import ids
from heliograph.errors import BadRequest
from heliograph.sandbox import scripts
from heliograph.sandbox.calls import Incoming, ReceivedCall, facts_of
from heliograph.sandbox.scripts import GivenStep, ScriptStep
from heliograph.wire import times
from heliograph.wire.inboxes import CallFilter
from heliograph.wire.paging import Page, Slice

ROOT = "_inbox"
"""The first segment of the paths of inboxes."""
CALLS_PER_INBOX = 1000
INBOXES_PER_APP = 100
MEMORY_LIMIT = 64 * 1024 * 1024
"""The approximate limit of the memory for calls in bytes. Beyond it, the oldest call of any inbox is dropped."""
INBOXES = 10_000
"""The largest number of inboxes of all apps. Beyond it, the oldest inbox is dropped."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_name(text: str) -> bool:
    """Whether an inbox can have this name: up to 64 letters, digits, dots, underscores and hyphens."""
    return _NAME.fullmatch(text) is not None


def inbox_url(base: str, app_id: str, name: str) -> str:
    """The URL of an inbox. `base` is the URL of the server, without a trailing slash."""
    return f"{base}/{ROOT}/{app_id}/{name}"


def require_room(names: Collection[str]) -> None:
    """Require that an app may have all of these inboxes.

    Raises:
        BadRequest: there are more than the maximum number.
    """
    if len(names) > INBOXES_PER_APP:
        raise BadRequest(f"App has reached the max number of inboxes ({INBOXES_PER_APP})")


def is_target(url: str, app_id: str, name: str) -> bool:
    """Whether a webhook with this target calls the inbox, by whichever name it reaches the server."""
    return f"/{ROOT}/{app_id}/{name}/" in f"{urlsplit(url).path}/"


@dataclass(slots=True)
class InboxState:
    """The script of an inbox, how many calls were received since it was set, and the newest calls."""

    given: Sequence[GivenStep] = scripts.DEFAULT
    steps: tuple[ScriptStep, ...] = field(default_factory=lambda: scripts.parse(scripts.DEFAULT))
    position: int = 0
    calls: deque[ReceivedCall] = field(default_factory=deque)

    @property
    def index(self) -> int:
        """The index of the step for the next call."""
        return scripts.index_at(self.steps, self.position)


class Inboxes:
    """The inboxes of all apps. An inbox exists as soon as it is called or gets a script."""

    def __init__(self, memory_limit: int = MEMORY_LIMIT) -> None:
        self.closing = asyncio.Event()
        """Set when the server stops."""
        self._memory_limit = memory_limit
        self._inboxes: dict[tuple[str, str], InboxState] = {}
        self._kept: dict[str, InboxState] = {}  # the inbox of each call, in the order of arrival
        self._bytes = 0
        self._arrived = asyncio.Event()

    def script(self, app_id: str, name: str, steps: Sequence[GivenStep]) -> None:
        """Set the script of an inbox, and begin with its first step.

        Raises:
            BadRequest: a step or the name is not valid, or the app has the maximum number of inboxes.
        """
        parsed = scripts.parse(steps)
        inbox = self._open(app_id, name)
        inbox.given, inbox.steps, inbox.position = tuple(steps), parsed, 0

    def receive(self, app_id: str, name: str, request: Incoming) -> ScriptStep:
        """Keep a call; returns the step by which to respond.

        Raises:
            BadRequest: the name is not valid, or the app has the maximum number of inboxes.
        """
        inbox = self._open(app_id, name)
        step = inbox.steps[inbox.index]
        inbox.position += 1
        call = ReceivedCall(ids.new(), times.now(), request, step.status, step.delay_ms, facts_of(request.body))
        inbox.calls.append(call)
        self._kept[call.id] = inbox
        self._bytes += call.size
        if len(inbox.calls) > CALLS_PER_INBOX:
            self._drop_oldest(inbox)
        while self._bytes > self._memory_limit:
            self._drop_oldest(next(iter(self._kept.values())))
        self._wake()
        return step

    def get(self, app_id: str, name: str) -> InboxState:
        """The inbox, or a new one, which is not kept.

        Raises:
            BadRequest: no inbox can have this name.
        """
        _require_name(name)
        return self._inboxes.get((app_id, name)) or InboxState()

    def names(self, app_id: str) -> list[str]:
        """The names of the inboxes of the app that were called or have a script, in alphabetical order."""
        return sorted(name for owner, name in self._inboxes if owner == app_id)

    def page(self, app_id: str, name: str, filter: CallFilter, page: Page) -> Slice[ReceivedCall]:
        """A page of the kept calls that the filter selects, oldest first.

        Raises:
            BadRequest: no inbox can have this name.
        """
        found = [call for call in self.get(app_id, name).calls if call.matches(filter)]
        if page.before is not None:
            before = [call for call in found if call.id < page.before]
            records = before[-page.size :]
        else:
            records = [call for call in found if call.id > (page.after or "")][: page.size]
        if not records:
            return Slice([], precedes=False, follows=False)
        return Slice(records, precedes=records[0] is not found[0], follows=records[-1] is not found[-1])

    async def wait(self, app_id: str, name: str, filter: CallFilter, page: Page, seconds: float) -> Slice[ReceivedCall]:
        """A page with at least one call; an empty one if none arrives in time, or the server stops.

        Raises:
            BadRequest: no inbox can have this name.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            arrived = self._arrived
            found = self.page(app_id, name, filter, page)
            if found.records or self.closing.is_set() or loop.time() >= deadline:
                return found
            try:
                async with asyncio.timeout_at(deadline):
                    await arrived.wait()
            except TimeoutError:
                pass

    def clear_calls(self, app_id: str, name: str) -> None:
        """Drop the calls of an inbox. Its script continues.

        Raises:
            BadRequest: no inbox can have this name.
        """
        inbox = self.get(app_id, name)
        while inbox.calls:
            self._drop_oldest(inbox)

    def drop_calls(self, app_id: str, unwanted: Callable[[ReceivedCall], bool]) -> None:
        """Drop the calls of all inboxes of an app for which `unwanted` is true. The scripts continue."""
        for name in self.names(app_id):
            inbox = self._inboxes[app_id, name]
            for call in [one for one in inbox.calls if unwanted(one)]:
                inbox.calls.remove(call)
                del self._kept[call.id]
                self._bytes -= call.size

    def reset(self, app_id: str) -> None:
        """Drop the inboxes of an app, with their scripts and calls."""
        for name in self.names(app_id):
            self._remove((app_id, name))

    def close(self) -> None:
        """Wake all waiters, because the server stops."""
        self.closing.set()
        self._wake()

    def _open(self, app_id: str, name: str) -> InboxState:
        _require_name(name)
        key = (app_id, name)
        if key not in self._inboxes:
            require_room([*self.names(app_id), name])
            if len(self._inboxes) >= INBOXES:
                self._remove(next(iter(self._inboxes)))
            self._inboxes[key] = InboxState()
        return self._inboxes[key]

    def _remove(self, key: tuple[str, str]) -> None:
        inbox = self._inboxes.pop(key)
        while inbox.calls:
            self._drop_oldest(inbox)

    def _drop_oldest(self, inbox: InboxState) -> None:
        call = inbox.calls.popleft()
        del self._kept[call.id]
        self._bytes -= call.size

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()


def _require_name(name: str) -> None:
    if not is_name(name):
        raise BadRequest("name should be 1 to 64 letters, digits, dots, underscores and hyphens")
