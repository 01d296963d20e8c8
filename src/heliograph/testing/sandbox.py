"""A sandbox app for a test."""

from __future__ import annotations

import itertools
import json
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from heliograph.errors import ApiError, HeliographError, InvalidArgument
from heliograph.testing import reports
from heliograph.testing.app import App
from heliograph.testing.events import FIELDS, Event, EventLog
from heliograph.testing.server import SandboxServer, ServerKey
from heliograph.testing.webhooks import Inbox, Step, Webhook
from heliograph.wire.table.extensions.deliveries import LIST_DELIVERIES
from heliograph.wire.table.sandbox import (
    GET_CHAOS,
    GET_SANDBOX,
    LIST_REQUESTS,
    PUT_CHAOS,
    RESET_APP,
    SEED_APP,
    SET_CLOCK,
    TRIGGER_EVENT,
)

PATIENCE_SECONDS = 5.0


class Sandbox(App):
    """A new app on a sandbox server, which `close` deletes.

    Without a `server`, one is started, and `close` stops it. `seed` is the path of a seed file, or its contents.
    """

    def __init__(
        self, server: SandboxServer | None = None, *, seed: str | Path | Mapping[str, Any] | None = None
    ) -> None:
        self.server = server or SandboxServer.start()
        self._owns_server = server is None
        app = self.server.account.apps.create_app({"displayName": "Test"}).app
        key = self.server.account.app_keys.create_app_key(app.id, {"displayName": "Test"}).key
        super().__init__(self.server.url, app.id, ServerKey(key.id, key.secret))
        self._rules: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._log = EventLog(self.client, self.app_id, self.name_of)
        if seed is not None:
            self.seed(seed)

    @property
    def env(self) -> dict[str, str]:
        """The environment variables by which programs find the app."""
        return {
            "HELIOGRAPH_URL": self.url,
            "HELIOGRAPH_APP_ID": self.app_id,
            "HELIOGRAPH_KEY_ID": self.key.id,
            "HELIOGRAPH_KEY_SECRET": self.key.secret,
        }

    # Setting up

    def seed(self, seed: str | Path | Mapping[str, Any]) -> None:
        """Create what a seed describes and the app lacks."""
        self.know(self.call(SEED_APP, body=_seed_of(seed))["conversations"])

    def reset(self) -> None:
        """Return the app to its seed; without one, everything in it is deleted."""
        self.call(RESET_APP)
        self.forget()
        self._log = EventLog(self.client, self.app_id, self.name_of)

    def begin(self) -> None:
        """Begin a test: earlier events are left out from now on."""
        self._catch_up()
        self._log.begin()

    # Observing

    def events(self, type: str = "*", **wanted: object) -> list[Event]:
        """The events so far of this type, or of all types, with these values, such as `user="ada"`."""
        _require_fields(wanted)
        self._catch_up()
        return [event for event in self._log.all() if event.matches(type, wanted)]

    def wait_for(self, type: str, timeout: float = PATIENCE_SECONDS, **wanted: object) -> Event:
        """Wait for the first such event since the beginning of the test that no other call returned.

        Raises:
            AssertionError: it does not arrive within the timeout in seconds. The message lists what happened.
        """
        _require_fields(wanted)
        if (found := self._log.take(type, wanted, timeout)) is not None:
            return found
        raise AssertionError(reports.missing(type, wanted, timeout, self.events(), self.requests()))

    def assert_quiet(self, seconds: float = 0.5) -> None:
        """Assert that no event happens for this time."""
        before = len(self.events())
        time.sleep(seconds)
        if new := self.events()[before:]:
            raise AssertionError(f"expected no event within {seconds:g} s, but there were {new}")

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The requests to the app so far, as the server logged them; with `operation`, only those of this operation."""
        filters = {} if operation is None else {"operation": operation}
        return list(self.pages(LIST_REQUESTS, "requests", filters))

    def deliveries(self) -> list[dict[str, Any]]:
        """The deliveries of events to the webhooks of the app so far, oldest first."""
        return list(self.pages(LIST_DELIVERIES, "deliveries", {}))

    def inbox(self, *script: Step, triggers: tuple[str, ...] | list[str] = ("*",)) -> Inbox:
        """An inbox that responds by a script, and a webhook that sends it the events with these triggers."""
        inbox = Inbox(self, f"inbox-{next(self._numbers)}", script)
        self.webhook(inbox.url, triggers)
        return inbox

    def webhook(self, url: str, triggers: tuple[str, ...] | list[str] = ("*",)) -> Webhook:
        """A webhook that sends the events with these triggers to a URL."""
        return Webhook(self, url, list(triggers), PATIENCE_SECONDS)

    # Disturbing

    def chaos(
        self,
        operation: str | None = None,
        *,
        on: str = "request",
        match: Mapping[str, Any] | None = None,
        probability: float = 1.0,
        times: int | None = None,
        seed: int = 0,
        **effect: Any,
    ) -> None:
        """Add a rule that disturbs requests, or webhook calls or streams: `chaos("PostMessage", drop="after")`.

        Fields of the effect have the names of the API in snake case: `status`, `delay_ms`, `drop`, `retry_after`.
        """
        rule = {
            "name": f"rule-{next(self._numbers)}",
            "on": on,
            "match": {**({"operation": operation} if operation else {}), **(match or {})},
            "probability": probability,
            "times": times,
            "effect": {_camel(name): value for name, value in effect.items()},
        }
        self._rules.append({name: value for name, value in rule.items() if value is not None})
        self.call(PUT_CHAOS, body={"seed": seed, "rules": self._rules})

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> list[dict[str, Any]]:
        """Move the clock of the app forward, and run everything that becomes due; returns the attempts of deliveries.

        The clock is frozen before and after, so nothing is retried between calls.
        """
        self.freeze()
        left, attempts = hours * 3600 + minutes * 60 + seconds, []
        while left > 0:
            found = self.call(SET_CLOCK, body={"advance": left})
            attempts += found.get("attempts", [])
            left = found.get("remainingSeconds", 0)
        return attempts

    def freeze(self) -> None:
        """Freeze the clock of the app: failed deliveries are retried only by `advance`."""
        self.call(SET_CLOCK, body={"freeze": True})

    def trigger(self, type: str, *, to: str | list[str] = "all", **payload: Any) -> dict[str, Any]:
        """Send an example of an event with these fields in its payload; returns the event."""
        destinations = [to] if isinstance(to, str) else to
        body = {"type": type, "to": destinations, "payload": {_camel(name): one for name, one in payload.items()}}
        event: dict[str, Any] = self.call(TRIGGER_EVENT, body=body)["event"]
        return event

    # Ending

    def _catch_up(self) -> None:
        """Wait until the log has the events of all calls that have returned."""
        newest = self.call(GET_SANDBOX)["sandbox"].get("newestEventId")
        if newest is not None:
            self._log.read_to(newest, PATIENCE_SECONDS)

    def chaos_state(self) -> dict[str, Any]:
        """The rules of chaos, with the numbers of their matches and hits."""
        state: dict[str, Any] = self.call(GET_CHAOS)["chaos"]
        return state

    def report(self) -> str:
        """What happened in the app: its newest requests, events and deliveries."""
        try:
            return reports.report(
                f"app {self.app_id} at {self.url}",
                self.requests(),
                self.events(),
                self.deliveries(),
                self.chaos_state(),
            )
        except HeliographError as error:
            return f"the sandbox at {self.url} does not respond: {error}"

    def close(self) -> None:
        """Delete the app, and stop the server if this object started it."""
        self.client.close()
        try:
            self.server.account.apps.delete_app(self.app_id)
        except ApiError:
            pass  # the test deleted it
        if self._owns_server:
            self.server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _require_fields(wanted: Mapping[str, object]) -> None:
    if unknown := sorted(wanted.keys() - FIELDS):
        raise InvalidArgument(f"{unknown[0]} should be one of {', '.join(sorted(FIELDS))}")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _seed_of(seed: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """The seed of one app: its table `app` is merged with the others."""
    if not isinstance(seed, Mapping):
        text = Path(seed).read_text()
        seed = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    app = seed.get("app", {})
    if not isinstance(app, Mapping):
        raise InvalidArgument("a seed with one app is needed")
    merged = {**app, **{name: value for name, value in seed.items() if name != "app"}}
    return {name: value for name, value in merged.items() if name not in ("id", "key")}
