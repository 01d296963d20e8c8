"""The webhooks of an app with real deliveries, and inboxes that receive them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

from heliograph.errors import NotFound
from heliograph.testing.app import App
from heliograph.wire.table.extensions.deliveries import GET_DELIVERY, LIST_DELIVERIES
from heliograph.wire.table.sandbox import CLEAR_INBOX_CALLS, GET_INBOX, LIST_INBOX_CALLS, SET_INBOX_SCRIPT

_PAUSE_SECONDS = 0.01
_PAGE = 100
Step = str | Mapping[str, Any]
"""How an inbox responds: `"503 x3"`, `"200 after 2s"`, `"hang 25s"`, `"close"`, or status, headers and body."""


class Webhook:
    """A webhook of the app. The end of a `with` block deletes it, after each event was sent at least once."""

    def __init__(self, app: App, url: str, triggers: list[str], patience: float) -> None:
        body = {"type": "custom", "displayName": "Test", "webhooks": [{"target": url, "triggers": triggers}]}
        made = app.client.integrations.create_integration(app.app_id, body).integration.to_dict()
        self.integration_id: str = made["id"]
        self.id: str = made["webhooks"][0]["id"]
        self.secret: str = made["webhooks"][0]["secret"]
        self._app = app
        self._patience = patience
        self._attempts: list[dict[str, Any]] | None = None

    @property
    def statuses(self) -> list[int | None]:
        """The statuses of all attempts, in the order of their events; None for an attempt without a response.

        Waits until each event was sent at least once.
        """
        return [one.get("status") for one in self.attempts]

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """All attempts, in the order of their events, as GetDelivery shows them."""
        return self._attempts if self._attempts is not None else self._fetch()

    def _fetch(self) -> list[dict[str, Any]]:
        deadline = time.monotonic() + self._patience
        while True:
            deliveries = list(self._deliveries())
            if all(one["attemptCount"] for one in deliveries) or time.monotonic() > deadline:
                break
            time.sleep(_PAUSE_SECONDS)
        shown = [self._app.call(GET_DELIVERY, one["id"])["delivery"] for one in deliveries]
        return [attempt for one in shown for attempt in one.get("attempts", [])]

    def _deliveries(self) -> Iterator[dict[str, Any]]:
        page: dict[str, Any] = {"size": _PAGE}
        while True:
            found = self._app.call(LIST_DELIVERIES, page=page, filters={"webhookId": self.id})
            yield from found["deliveries"]
            if not found["meta"]["hasMore"]:
                return
            page["after"] = found["meta"]["afterCursor"]

    def close(self) -> None:
        """Delete the webhook, after each event was sent at least once."""
        if self._attempts is None:
            self._attempts = self._fetch()
            try:
                self._app.client.integrations.delete_integration(self._app.app_id, self.integration_id)
            except NotFound:
                pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Call:
    """A call that an inbox received: its JSON object as `data`, and its main fields as attributes."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.method: str = data["method"]
        self.path: str = data["path"]
        self.headers: Mapping[str, str] = data["headers"]
        self.json: Any = data.get("json")
        self.response_status: int | None = data.get("responseStatus")
        self.checks: Mapping[str, Any] = data["checks"]

    @property
    def event_type(self) -> str | None:
        """The type of the event; None if it is not a webhook call."""
        events = self.json.get("events") if isinstance(self.json, dict) else None
        return events[0].get("type") if events else None

    def __repr__(self) -> str:
        return f"{self.method} {self.path} {self.event_type or ''} {self.response_status or 'no response'}"


class Inbox:
    """An endpoint of the sandbox that keeps the calls it receives, and responds by a script."""

    def __init__(self, app: App, name: str, script: tuple[Step, ...]) -> None:
        self.name = name
        self._app = app
        if script:
            self.respond(*script)
        self.url: str = app.call(GET_INBOX, name)["inbox"]["url"]

    def respond(self, *script: Step) -> None:
        """Respond by these steps from now on; the last one repeats."""
        self._app.call(SET_INBOX_SCRIPT, self.name, body={"steps": list(script)})

    @property
    def calls(self) -> list[Call]:
        """The calls so far, oldest first."""
        return list(self._calls())

    def wait(self, count: int = 1, timeout: float = 5.0) -> list[Call]:
        """Wait until there are at least `count` calls; returns them.

        Raises:
            AssertionError: fewer calls have arrived after the timeout in seconds.
        """
        deadline = time.monotonic() + timeout
        while len(calls := self.calls) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(calls)} of {count} calls arrived within {timeout:g} s: {calls}")
            time.sleep(_PAUSE_SECONDS)
        return calls

    def clear(self) -> None:
        """Forget the calls so far."""
        self._app.call(CLEAR_INBOX_CALLS, self.name)

    def _calls(self) -> Iterator[Call]:
        page: dict[str, Any] = {"size": _PAGE}
        while True:
            found = self._app.call(LIST_INBOX_CALLS, self.name, page=page)
            yield from (Call(one) for one in found["calls"])
            if not found["meta"]["hasMore"]:
                return
            page["after"] = found["meta"]["afterCursor"]
