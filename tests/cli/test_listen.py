"""`heliograph listen`: events arrive at a local port, also when the server was away."""

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
    """`heliograph listen` for the length of a block."""
    assert api.auth is not None
    where = ("--app", api.app_id, "--forward-to", endpoint.url, "--url", api.url)
    key = ("--key-id", api.auth[0], "--key-secret", api.auth[1])
    command = [sys.executable, "-u", *program, "listen", *where, *key, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_events_arrive_at_a_local_port_whatever_becomes_of_the_server(engine: str, tmp_path: Path) -> None:
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
        # What happens before the listener comes back is not missed.
        joined = [api.join(group, api.new_user("ada"))["userId"], api.join(group, api.new_user())["userId"]]
        # The joins of before may arrive until then, too.
        until(lambda: joined[-1] in users_of(endpoint))
        assert users_of(endpoint)[-2:] == joined
        told = [body["events"][0] for _, body in endpoint.came]
        assert len({one["id"] for one in told}) == len(told)
        assert {one["type"] for one in told} == {"conversation:join"}
        headers, body = endpoint.came[-1]
        assert headers["x-heliograph-delivery"] == told[-1]["id"]
        assert_readable(headers, body)
        api.http.close()
        listening.send_signal(signal.SIGINT)
        out, _ = listening.communicate(timeout=PATIENCE_SECONDS)
        lines = out.splitlines()
        assert lines[0] == "X-API-Key: s3cret"
        # The end may come between the last answer and its line.
        assert sum(line.endswith("  200") for line in lines) >= len(told) - 1
        assert lines[-1].startswith("resume with: --since ")
        assert server.stop() == 0


def users_of(endpoint: Endpoint) -> list[str]:
    """The users of the events that arrived, in their order."""
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
def test_what_python_takes_for_the_end_of_a_line_is_none(api: Caller) -> None:
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


def test_one_that_was_ended_or_killed_goes_on_where_it_was(api: Caller) -> None:
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
        for _ in range(2):  # killed, it does not tell how far it came, and goes on from the same place
            with listening_to(api, endpoint, "--since", place):
                until(lambda: "third" in heard())
            # The end may have come between an answer and the note of it.
            assert [one for one in heard() if one != "last"] == ["second", "third"]
            endpoint.came.clear()
    finally:
        endpoint.close()


def assert_readable(headers: Any, body: Any) -> None:
    """The client's own reader of webhooks takes it."""
    import msgspec

    delivery = receive(headers, msgspec.json.encode(body), secret="s3cret")
    assert delivery.events[0].type == "conversation:join"


def test_what_is_wrong_is_told_at_once(server: Server) -> None:
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


def test_what_is_sent_again_is_forwarded_again(api: Caller) -> None:
    """By its name the command is in the list of listeners."""
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
def test_an_endpoint_without_a_url_of_http_is_refused(url: str) -> None:
    done = command("listen", "--app", "0" * 24, "--forward-to", url, "--key-id", "app_1", "--key-secret", "x")
    assert (done.returncode, "--forward-to should be a URL of http or https" in done.stderr) == (2, True)
