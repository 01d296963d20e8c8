"""`heliograph listen`: forwards events to a local port, also after an outage of the server."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from heliograph.webhooks import receive
from tests.api.endpoint import Endpoint
from tests.databases import new_database
from tests.harness import Caller, Server, command, init
from tests.waiting import until

PATIENCE_SECONDS = 30


@contextlib.contextmanager
def listening_to(
    api: Caller, endpoint: Endpoint, *options: str, program: Sequence[str] = ("-m", "heliograph")
) -> Iterator[subprocess.Popen[str]]:
    """Run `heliograph listen` for the duration of a block."""
    assert api.auth is not None
    where = ("--app", api.app_id, "--forward-to", endpoint.url, "--url", api.url)
    key = ("--key-id", api.auth[0], "--key-secret", api.auth[1])
    command = [sys.executable, "-u", *program, "listen", *where, *key, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_events_arrive_at_a_local_port_although_the_server_is_killed(engine: str, tmp_path: Path) -> None:
    server, endpoint = Server(new_database(engine, tmp_path)), Endpoint()
    sandbox = init(server.database_url)
    port = server.url.rsplit(":", 1)[1]
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    group = api.new_group()
    with (
        contextlib.ExitStack() as stack,
        contextlib.closing(endpoint),
        listening_to(api, endpoint, "--secret", "s3cret", "--trigger", "conversation:join") as listening,
    ):
        stack.callback(server.stop)

        def join_until_heard() -> bool:
            api.join(group, api.new_user())
            time.sleep(0.1)
            return bool(endpoint.came)

        until(join_until_heard)
        server.kill()
        server.options = ("--port", port)
        server.output.clear()
        server.start()
        # Events from before the listener reconnects are not missed.
        joined = [api.join(group, api.new_user("ada"))["userId"], api.join(group, api.new_user())["userId"]]
        # Earlier joins may arrive before these.
        until(lambda: joined[-1] in users_of(endpoint))
        assert users_of(endpoint)[-2:] == joined
        events = [body["events"][0] for _, body in endpoint.came]
        assert len({one["id"] for one in events}) == len(events)
        assert {one["type"] for one in events} == {"conversation:join"}
        headers, body = endpoint.came[-1]
        assert headers["x-heliograph-delivery"] == events[-1]["id"]
        assert_readable(headers, body)
        api.http.close()
        listening.send_signal(signal.SIGINT)
        out, _ = listening.communicate(timeout=PATIENCE_SECONDS)
        lines = out.splitlines()
        assert lines[0] == "X-API-Key: s3cret"
        # The interrupt may come between the last response and its line.
        assert sum(line.endswith("  200") for line in lines) >= len(events) - 1
        assert lines[-1].startswith("resume with: --since ")
        assert server.stop() == 0


def users_of(endpoint: Endpoint) -> list[str]:
    """The users of the received events, in order."""
    return [body["events"][0]["payload"]["user"]["id"] for _, body in list(endpoint.came)]


def test_an_interrupt_while_a_lock_is_held_ends_the_command(api: Caller) -> None:
    program = """if True:
        import signal, httpcore._synchronization
        lock = httpcore._synchronization.ThreadLock
        enter = lock.__enter__

        def interrupted(self):
            enter(self)
            lock.__enter__ = enter
            signal.raise_signal(signal.SIGINT)

        lock.__enter__ = interrupted
        import runpy
        runpy.run_module("heliograph", run_name="__main__")
    """
    endpoint, group = Endpoint(), api.new_group()
    with contextlib.closing(endpoint), listening_to(api, endpoint, program=("-c", program)) as listening:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while listening.poll() is None and time.monotonic() < deadline:
            api.say(group, "hello")
            time.sleep(0.1)
        assert listening.poll() == 0
        assert "resume with" in listening.communicate()[0]


@pytest.mark.one_engine
def test_line_separators_of_python_do_not_split_events(api: Caller) -> None:
    endpoint, group = Endpoint(), api.new_group()
    separators = "a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b\r\nc"

    def say_until_heard() -> bool:
        api.say(group, separators)
        time.sleep(0.1)
        return bool(endpoint.came)

    try:
        with listening_to(api, endpoint) as listening:
            until(lambda: say_until_heard() or listening.poll() is not None)
            assert listening.poll() is None
        said = {body["events"][0]["payload"]["message"]["content"]["text"] for _, body in endpoint.came}
        assert said == {separators}
    finally:
        endpoint.close()


def test_a_listener_that_was_stopped_or_killed_resumes(api: Caller) -> None:
    endpoint, group = Endpoint(), api.new_group()

    def heard() -> list[str]:
        events = [body["events"][0] for _, body in endpoint.came]
        return [one["payload"]["message"]["content"]["text"] for one in events if one["payload"].get("message")]

    def say_until_heard() -> bool:
        api.say(group, "first")
        time.sleep(0.1)
        return bool(endpoint.came)

    try:
        with listening_to(api, endpoint) as listening:
            until(say_until_heard)
            api.say(group, "last")
            until(lambda: "last" in heard())
            listening.send_signal(signal.SIGINT)
            out, _ = listening.communicate(timeout=PATIENCE_SECONDS)
        place = out.split()[-1]
        endpoint.came.clear()
        for text in ("second", "third"):
            api.say(group, text)
        for _ in range(2):  # a killed listener prints no cursor, so the second one resumes at the same place
            with listening_to(api, endpoint, "--since", place):
                until(lambda: "third" in heard())
            # The interrupt may have come between a response and the update of the cursor.
            assert [one for one in heard() if one != "last"] == ["second", "third"]
            endpoint.came.clear()
    finally:
        endpoint.close()


def assert_readable(headers: Any, body: Any) -> None:
    """Assert that the webhook receiver of our client accepts the call."""
    import msgspec

    delivery = receive(headers, msgspec.json.encode(body), secret="s3cret")
    assert delivery.events[0].type == "conversation:join"


def test_errors_are_reported_at_once(server: Server) -> None:
    sandbox = init(server.database_url)
    options = ("--forward-to", "http://127.0.0.1:1", "--url", server.url, "--key-id", sandbox.app_auth[0])
    for app, secret, since in (
        (sandbox.app_id, "wrong", None),
        ("0" * 24, sandbox.app_auth[1], None),
        (sandbox.app_id, sandbox.app_auth[1], "nonsense"),
    ):
        more = ("--since", since) if since else ()
        done = command("listen", "--app", app, "--key-secret", secret, *options, *more)
        assert done.returncode == 2
        assert "the server rejected the stream with status 40" in done.stderr


def test_an_event_that_is_sent_again_is_forwarded_again(api: Caller) -> None:
    """The list of listeners shows the command with its name."""
    endpoint, hook = Endpoint(), Endpoint()
    base = f"/heliograph/v1/apps/{api.app_id}"
    target = {"target": hook.url, "triggers": ["conversation:message"]}
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [target]})
    group = api.new_group()

    def deliveries() -> Any:
        return api.ok("GET", f"{base}/deliveries")["deliveries"]

    def listeners() -> Any:
        return api.ok("GET", f"{base}/listeners")["listeners"]

    try:
        with listening_to(api, endpoint, "--name", "ada@laptop") as listening:
            until(listeners)
            assert [(one["name"], one["forwardTo"]) for one in listeners()] == [("ada@laptop", endpoint.url)]
            api.say(group, "hello")
            until(lambda: [one["status"] for one in deliveries()] == ["delivered"])
            until(lambda: len(endpoint.came) == 1)
            api.ok("POST", f"{base}/deliveries/{deliveries()[0]['id']}/retry")
            until(lambda: len(endpoint.came) == 2 and len(hook.came) == 2)
            (headers, first), (again, second) = endpoint.came
            assert first == second
            assert [one.get("x-heliograph-repeated") for one in (headers, again)] == [None, "true"]
            # The second line is written after the second call.
            until(lambda: deliveries()[0]["status"] == "delivered")
            api.say(group, "the end")
            until(lambda: len(endpoint.came) == 3)
            listening.send_signal(signal.SIGINT)
            out, _ = listening.communicate(timeout=PATIENCE_SECONDS)
        lines = [line for line in out.splitlines() if "conversation:message" in line]
        assert [line.endswith("  200  repeated") for line in lines[:2]] == [False, True]
    finally:
        endpoint.close()
        hook.close()


@pytest.mark.one_engine
def test_a_triggered_event_reaches_the_command(api: Caller) -> None:
    endpoint = Endpoint()
    assert api.auth is not None
    key = ("--key-id", api.auth[0], "--key-secret", api.auth[1])
    try:
        with listening_to(api, endpoint):
            until(lambda: api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/listeners")["listeners"])
            where = ("--url", api.url, "--app", api.app_id, *key)
            done = command("trigger", "conversation:join", "--to", "listeners", *where)
            assert done.returncode == 0, done.stderr
            until(lambda: bool(endpoint.came))
        assert [body["events"][0]["type"] for _, body in endpoint.came] == ["conversation:join"]
    finally:
        endpoint.close()


@pytest.mark.one_engine
@pytest.mark.parametrize("url", ["localhost:3000/hook", "ftp://localhost", "http://[::1"])
def test_an_endpoint_without_an_http_url_is_refused(url: str) -> None:
    done = command("listen", "--app", "0" * 24, "--forward-to", url, "--key-id", "app_1", "--key-secret", "x")
    assert (done.returncode, "--forward-to should be a URL of http or https" in done.stderr) == (2, True)
