"""The state of a sandbox."""

from __future__ import annotations

from heliograph.wire.base import Id, Response, Time


class SandboxState(Response):
    """The state of the server, and of the app in it."""

    version: str
    database: str
    started_at: Time
    problems: list[str]
    """What a test would notice, one sentence each: deliveries that failed, for example."""
    active: list[str]
    """The tools that change how the app behaves, such as chaos."""
    newest_event_id: Id | None = None
    """The event that the app recorded last, if it is still kept."""


class SandboxResponse(Response):
    """The state of a sandbox."""

    sandbox: SandboxState
