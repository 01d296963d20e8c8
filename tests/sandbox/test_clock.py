"""The clock of an app: retries, retention and tokens follow it, and other apps are not affected."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jwt
import pytest

from heliograph.sandbox import advancing
from heliograph.sandbox.clocks import Clocks
from heliograph.wire import times
from tests.commands import command
from tests.harness import Caller, Server, init, new_app, titles_of
from tests.sandbox.clocks import SCHEDULE, after_the_first, attempts, change, clock, seconds
from tests.sandbox.inboxes import arrived, below, hook, script, settled, variables
from tests.sandbox.snapshots import restore, save

LOOPBACK = ("--webhook-allowed-networks", "loopback")
DAY = 86400


def impatient() -> None:
    """Lower the time limit of an advance."""
    advancing.REAL_SECONDS = 0.3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A sandbox that may call its own inboxes."""
    started = Server(tmp_path / "clock.db", *LOOPBACK)
    yield started
    assert started.stop() == 0


@pytest.fixture
def api(server: Server) -> Iterator[Caller]:
    """A caller with the app key of the server."""
    sandbox = init(server.database_url)
    caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    yield caller
    caller.http.close()


def account_of(server: Server, api: Caller) -> Caller:
    """A caller with the account key."""
    return Caller(server.url, init(server.database_url).account_auth, api.app_id, api.http)


def fail_once(api: Caller, *steps: Any) -> None:
    """Post a message to a webhook that responds with 503, and wait for the first attempt."""
    script(api, *(steps or ("503",)))
    hook(api, triggers=("conversation:message",))
    api.say(api.new_group(), "Hello")
    while attempts(api) in ([], [[]]):
        time.sleep(0.01)


def test_a_retry_is_made_now_although_the_clock_stands_still(api: Caller) -> None:
    change(api, freeze=True)
    fail_once(api, "503", "200")
    (pending,) = api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries")["deliveries"]
    api.ok("POST", f"/heliograph/v1/apps/{api.app_id}/deliveries/{pending['id']}/retry")
    settled(api, 1)
    assert [status for _, status in attempts(api)[0]] == [503, 200]


@pytest.mark.one_engine
def test_the_schedule_of_retries_to_the_millisecond(api: Caller) -> None:
    change(api, freeze=True)
    fail_once(api)
    done = change(api, advance=900)
    assert [one["number"] for one in done["attempts"]] == [2, 3, 4, 5]
    assert {one["status"] for one in done["attempts"]} == {503}
    start = seconds(done["from"])
    assert [round(seconds(one["at"]) - start, 3) for one in done["attempts"]] == SCHEDULE
    assert round(seconds(done["to"]) - start, 3) == 900
    assert done["expired"] == {"events": 0, "deliveries": 0, "conversations": 0}
    (made,) = attempts(api)
    assert after_the_first(made) == SCHEDULE
    assert [one["status"] for one in settled(api, 1)] == ["failed"]
    assert len(arrived(api, 5)) == 5


@pytest.mark.one_engine
def test_a_running_clock_has_the_same_schedule(api: Caller) -> None:
    fail_once(api)
    done = change(api, advance=900)
    (made,) = attempts(api)
    # The clock also runs between the attempts.
    assert all(0 <= at - due < 10 for at, due in zip(after_the_first(made), SCHEDULE, strict=True))
    assert 890 < clock(api)["offsetSeconds"] <= 900  # it stood still while endpoints were called
    assert not done["clock"]["frozen"]


@pytest.mark.one_engine
def test_a_retry_that_succeeds_ends_the_delivery(api: Caller) -> None:
    change(api, freeze=True)
    fail_once(api, "503", "200")
    assert change(api, advance=9.999)["attempts"] == []
    (one,) = change(api, advance=0.001)["attempts"]
    assert (one["number"], one["status"]) == (2, 200)
    assert change(api, advance=900)["attempts"] == []
    assert [one["status"] for one in settled(api, 1)] == ["delivered"]


@pytest.mark.one_engine
def test_a_clock_that_stands_still(api: Caller) -> None:
    """New events are delivered, and nothing is retried."""
    first = change(api, freeze=True)["clock"]
    assert first["frozen"]
    fail_once(api, "503", "200")
    api.say(api.new_group(), "Another")
    assert len(arrived(api, 2)) == 2
    assert clock(api)["now"] == first["now"]
    assert clock(api)["offsetSeconds"] < 0
    assert titles_of(api("POST", below(api, "/clock"), {"to": "2035-01-01T00:00:00Z"})) == [
        "The clock stands still and moves only by advance"
    ]
    going = change(api, freeze=False)["clock"]
    assert (going["now"] >= first["now"], going["frozen"]) == (True, False)


@pytest.mark.one_engine
def test_retries_wait_for_a_clock_that_is_behind(api: Caller) -> None:
    clocks, now = Clocks(), times.now()
    clocks.set("app", now - 60_000, frozen=True)
    found = [SimpleNamespace(delivery=SimpleNamespace(tries=tries, due_at=now - 1000)) for tries in (0, 1)]
    assert clocks.search_until("app") >= now
    assert clocks.due("app", cast(Any, found)) == found[:1]
    clocks.set("app", now, frozen=True)
    assert clocks.due("app", cast(Any, found)) == found
    assert clocks.latest() >= now


@pytest.mark.one_engine
def test_other_apps_are_not_affected(server: Server, api: Caller) -> None:
    account = account_of(server, api)
    other = new_app(account)
    fail_once(other)
    fail_once(api)
    change(api, advance=900)
    assert len(arrived(api, 5)) == 5
    assert [len(made) for made in attempts(other)] == [1]
    assert clock(other) | {"now": ""} == {"now": "", "offsetSeconds": 0.0, "frozen": False}


@pytest.mark.one_engine
def test_a_restart_in_between(server: Server, api: Caller) -> None:
    change(api, freeze=True)
    fail_once(api)
    assert len(change(api, advance=100)["attempts"]) == 2
    before = clock(api)
    server.restart()
    api.url = server.url
    assert clock(api)["now"] == before["now"]
    script(api, "503")
    # The URL of the inbox has changed with the port.
    (integration,) = api.ok("GET", "/integrations")["integrations"]
    (webhook,) = integration["webhooks"]
    path = f"/integrations/{integration['id']}/webhooks/{webhook['id']}"
    api.ok("PATCH", path, {"target": f"{api.url}/_inbox/{api.app_id}/default"})
    change(api, advance=800)
    (made,) = attempts(api)
    assert after_the_first(made) == SCHEDULE


@pytest.mark.one_engine
def test_advances_under_traffic(api: Caller) -> None:
    """Every event is delivered once and in order, while the clock moves by days."""
    script(api, "200")
    hook(api, triggers=("conversation:message",))
    group = api.new_group()
    with ThreadPoolExecutor(1) as pool:
        talking = pool.submit(lambda: [api.say(group, str(number)) for number in range(20)])
        mover = Caller(api.url, api.auth, api.app_id)
        count = 0
        while not talking.done() or count < 3:
            change(mover, advance=3600)
            count += 1
        talking.result()
        mover.http.close()
    settled(api, 20)
    assert [len(made) for made in attempts(api)] == [1] * 20
    texts = [call["json"]["events"][0]["payload"]["message"]["content"]["text"] for call in arrived(api, 20)]
    assert texts == [str(number) for number in range(20)]


@pytest.mark.one_engine
def test_events_and_deliveries_expire(server: Server, api: Caller) -> None:
    account = account_of(server, api)
    other = new_app(account)
    other.new_group()
    script(api, "200")
    hook(api, triggers=("conversation:message",))
    group = api.new_group()
    api.say(group)
    settled(api, 1)
    assert change(api, advance=6 * DAY)["expired"] == {"events": 0, "deliveries": 0, "conversations": 0}
    api.say(group, "Later")
    settled(api, 2)
    assert change(api, advance=2 * DAY)["expired"] == {"events": 2, "deliveries": 1, "conversations": 0}
    assert len(settled(api, 1)) == 1
    assert len(api.ok("GET", f"/conversations/{group}/messages")["messages"]) == 2


@pytest.mark.one_engine
def test_messages_of_inactive_conversations_expire(server: Server, api: Caller) -> None:
    account = account_of(server, api)
    account.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"conversationRetentionSeconds": 3600}})
    group = api.new_group()
    api.say(group)
    assert change(api, advance=3000)["expired"]["conversations"] == 0
    assert change(api, advance=1000)["expired"]["conversations"] == 1
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == []


@pytest.mark.one_engine
def test_tokens_expire(server: Server, api: Caller) -> None:
    other = new_app(account_of(server, api))
    for caller in (api, other):
        assert bearing(caller, "GET", "/integrations", expires=3600) == 200
    change(api, advance=7200)
    assert bearing(api, "GET", "/integrations", expires=3600) == 401
    assert bearing(api, "GET", "/integrations", expires=9000) == 200
    assert bearing(api, "GET", "/integrations", expires=None) == 200
    assert bearing(other, "GET", "/integrations", expires=3600) == 200


def bearing(api: Caller, method: str, path: str, *, expires: int | None) -> int:
    """The status of a request with a token that expires in `expires` seconds by the clock of the machine."""
    assert api.auth is not None
    claims = {"scope": "app"} if expires is None else {"scope": "app", "exp": int(time.time()) + expires}
    token = jwt.encode(claims, api.auth[1], algorithm="HS256", headers={"kid": api.auth[0]})
    return api(method, path, auth=None, headers={"authorization": f"Bearer {token}"}).status_code


@pytest.mark.one_engine
def test_invalid_changes_are_refused(api: Caller) -> None:
    path = below(api, "/clock")
    for body in ({}, {"advance": 1, "freeze": True}):
        assert titles_of(api("POST", path, body)) == ["should have exactly one of advance, to, freeze"]
    assert api("POST", path, {"advance": -1}).status_code == 400
    change(api, to="2030-01-01T00:00:00Z")
    assert clock(api)["now"].startswith("2030-01-01T00:00:0")
    (title,) = titles_of(api("POST", path, {"to": "2029-12-31T23:59:59Z"}))
    assert title.startswith("The clock moves forward only: it is 2030-01-01T00:00:0")
    for text in ("soon", "2031-01-01T00:00:00"):
        assert titles_of(api("POST", path, {"to": text})) == ["to should be a time such as 2026-12-01T00:00:00Z"]
    assert titles_of(api("POST", path, {"to": "2099-01-01T00:00:00Z"})) == ["The clock can be at most 10 years ahead"]
    assert titles_of(api("POST", path, {"advance": 9 * 366 * DAY})) == ["The clock can be at most 10 years ahead"]


@pytest.mark.one_engine
def test_a_reset_returns_the_clock_to_that_of_the_machine(server: Server, api: Caller) -> None:
    change(api, advance=3600)
    api.ok("POST", below(api, "/reset"))
    assert clock(api)["offsetSeconds"] == 0
    server.restart()
    api.url = server.url
    assert clock(api)["offsetSeconds"] == 0


@pytest.mark.one_engine
def test_a_snapshot_contains_the_clocks(server: Server, api: Caller) -> None:
    account = account_of(server, api)
    change(api, advance=3600)
    save(account)
    change(api, advance=3600)
    restore(account)
    assert 3590 < clock(api)["offsetSeconds"] <= 3600


@pytest.mark.one_engine
def test_an_advance_that_takes_too_long_can_be_continued(tmp_path: Path) -> None:
    server = Server(tmp_path / "slow.db", *LOOPBACK, prepare=impatient)
    sandbox = init(server.database_url)
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    change(api, freeze=True)
    fail_once(api, "503", "200 after 2s")
    response = api("POST", below(api, "/clock"), {"advance": 900})
    assert response.status_code == 202
    done = response.json()
    assert (done["remainingSeconds"], done["attempts"]) == (890.0, [])
    printed = command("clock", "advance", "890", env=variables(api))
    assert printed.returncode == 0, printed.stderr
    assert "attempt 2 of delivery" in printed.stdout
    assert [one["status"] for one in settled(api, 1)] == ["delivered"]
    api.http.close()
    assert server.stop() == 0


@pytest.mark.one_engine
def test_the_commands(api: Caller) -> None:
    def run(*args: str) -> str:
        done = command("clock", *args, env=variables(api))
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    assert run("freeze").endswith(", stands still\n")
    fail_once(api)
    env = variables(api)
    assert "clock: stands still at 20" in command("status", env=env).stdout
    lines = run("advance", "15m").splitlines()
    assert [line.split()[1:3] for line in lines[:-1]] == [["attempt", str(number)] for number in (2, 3, 4, 5)]
    assert lines[-1].endswith("stands still")
    assert "stands still" not in run("unfreeze")
    run("set", "2030-01-01T00:00:00Z")
    assert run("show").startswith("2030-01-01T00:00:")
    assert '"frozen":false' in run("show", "--json").replace(" ", "")
    assert "clock: +" in command("status", env=env).stdout
    refused = command("clock", "advance", "soon", env=env)
    assert (refused.returncode, "the duration should be like 90s" in refused.stderr) == (2, True)


def test_postgresql_has_no_clocks(engine: str, own: Caller) -> None:
    response = own("POST", below(own, "/clock"), {"advance": 1})
    assert own.ok("GET", below(own, "/clock"))["clock"]["frozen"] is False
    if engine == "sqlite":
        assert response.status_code == 200
    else:
        assert titles_of(response) == [
            "The clock needs a SQLite database: other processes that deliver would need the same clock"
        ]
