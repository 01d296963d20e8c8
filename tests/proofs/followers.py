"""Clients that each follow the event stream of an app on one server, and resume when the stream is interrupted."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.harness import Caller

_SECONDS = 0.5
"""A follower resumes when it has received nothing for this long."""


class Follower:
    """A thread that follows the stream of a caller's app, and records the id and the arrival of each event."""

    def __init__(self, api: Caller, position: str | None = None) -> None:
        self.ids: list[str] = []
        self.arrivals: dict[str, float] = {}
        self.position = position
        self.url = api.url
        self._api = api
        self._ended = threading.Event()
        self.began = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(httpx.HTTPError):
                self._follow()

    def _follow(self) -> None:
        headers = {} if self.position is None else {"last-event-id": self.position}
        url = f"{self.url}/heliograph/v1/apps/{self._api.app_id}/events"
        with (
            httpx.Client(timeout=_SECONDS) as http,
            http.stream("GET", url, auth=self._api.auth, headers=headers) as answer,
        ):
            position = None
            for line in answer.iter_lines():
                if self._ended.is_set():
                    return
                if line.startswith("id: "):
                    position = line.removeprefix("id: ")
                    self.began.set()
                elif line.startswith("data: "):
                    self._record(line)
                # A cursor without an event is also a position to resume from.
                elif not line and position is not None:
                    self.position = position

    def _record(self, line: str) -> None:
        id = line.partition('"events":[{"id":"')[2][:24]
        self.ids.append(id)
        self.arrivals[id] = time.monotonic()

    def stop(self) -> None:
        """Stop at the next line of the stream, or when no line arrives within the timeout."""
        self._ended.set()
        self._thread.join(20)


@contextlib.contextmanager
def following(*callers: Caller) -> Iterator[list[Follower]]:
    """A follower on the server of each caller. All of them have received a cursor."""
    followers = [Follower(api) for api in callers]
    try:
        for one in followers:
            assert one.began.wait(60)
        yield followers
    finally:
        for one in followers:
            one.stop()


class Writer:
    """A thread that updates a user repeatedly, and continues when the server does not respond."""

    def __init__(self, api: Caller, user: str) -> None:
        self.changes = 0
        self.url = api.url
        self._api = api
        self._path = f"/v2/apps/{api.app_id}/users/{user}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        with httpx.Client(timeout=2, auth=self._api.auth) as http:
            while not self._ended.is_set():
                number += 1
                body: dict[str, Any] = {"metadata": {"number": number}}
                with contextlib.suppress(httpx.HTTPError):
                    self.changes += http.patch(self.url + self._path, json=body).is_success

    def stop(self) -> None:
        """Stop after the current call."""
        self._ended.set()
        self._thread.join(20)
