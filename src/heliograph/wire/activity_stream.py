"""The activity stream: recorded requests and events of an app, as they happen. It is an extension of the API document.

Besides these, whose events have the types `request` and `event`, it has events about the stream itself.
"""

from __future__ import annotations

from heliograph.wire.base import Response


class ActivityHello(Response):
    """The first event of the stream, `hello`: after how many seconds without an event a comment follows, and whether
    this server records requests. Without the recorder the stream has no requests."""

    heartbeat: int
    recording: bool


class ActivityDropped(Response):
    """The event `dropped`: how many requests this process has not recorded since the last one, because there were too
    many."""

    count: int


class ActivityReset(Response):
    """The event `reset`: the stream cannot resume after the given id, and begins now. What happened in between has to
    be read from the lists."""


class ActivityBye(Response):
    """The event `bye`: the server ends the stream. The client should wait this number of milliseconds before it
    connects again, so that not all clients do so at the same time."""

    retry_after: int
