"""The sandbox tools of a running server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from heliograph.errors import UsageError
from heliograph.sandbox.advancing import Advancer
from heliograph.sandbox.chaos import Chaos
from heliograph.sandbox.clocks import Clocks
from heliograph.sandbox.gate import Gate
from heliograph.sandbox.inboxes import Inboxes, inbox_url
from heliograph.sandbox.requests import RecentRequests
from heliograph.settings import Settings, is_loopback
from heliograph.wire import times

SETTING = "--sandbox-tools"


def offered(settings: Settings, *, embedded: bool) -> bool:
    """Whether this server has sandbox tools. `embedded` is whether the database is a file of this server.

    Raises:
        UsageError: they are required on a server with several processes, each of which would have its own.
    """
    if settings.sandbox_tools == "auto":
        return embedded and is_loopback(settings.host) and not settings.public_url
    if settings.sandbox_tools == "yes" and settings.workers > 1:
        raise UsageError(f"{SETTING} yes needs a single process: remove --workers {settings.workers}")
    return settings.sandbox_tools == "yes"


@dataclass(slots=True)
class Tools:
    """The state of the tools, which is only in memory."""

    url: str
    """The base URL of this server, for its own calls."""
    started_at: int = field(default_factory=times.now)
    """When the server started, in milliseconds."""
    chaos: Chaos = field(default_factory=Chaos)
    inboxes: Inboxes = field(default_factory=Inboxes)
    requests: RecentRequests = field(default_factory=RecentRequests)
    clocks: Clocks = field(default_factory=Clocks)
    advancer: Advancer = field(init=False)
    gate: Gate = field(default_factory=Gate)
    stopped_services: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """Stops the background services while the context is open."""

    def __post_init__(self) -> None:
        self.advancer = Advancer(self.clocks)

    def active(self, app_id: str) -> list[str]:
        """The tools that change how an app behaves now."""
        rules = len(self.chaos.state(app_id).rules)
        chaos = [f"chaos: {rules} rule{'' if rules == 1 else 's'}"] if rules else []
        return [*chaos, *self.clocks.active(app_id)]

    def reset(self, app_id: str) -> None:
        """Drop the state of an app, except its chaos rules."""
        self.inboxes.reset(app_id)
        self.requests.clear(app_id)
        self.clocks.forget(app_id)

    def forget_mentions(self, app_id: str, texts: Sequence[str]) -> None:
        """Drop the calls and the requests of an app that contain one of the texts, because a person is erased."""
        self.inboxes.drop_calls(app_id, lambda call: call.mentions(texts))
        self.requests.drop(app_id, texts)

    def close(self) -> None:
        """Wake everything that waits, because the server stops."""
        self.inboxes.close()
        self.chaos.closing.set()

    def inbox_prefix(self, app_id: str) -> str:
        """The prefix of the URLs of the inboxes of an app."""
        return inbox_url(self.url, app_id, "")
