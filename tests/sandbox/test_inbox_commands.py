"""`heliograph inbox` and `heliograph trigger`."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.commands import Running, command
from tests.harness import Caller, Server
from tests.sandbox.inboxes import arrived, calls, hook, post, url_of, variables

pytestmark = pytest.mark.one_engine


def run(api: Caller, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the credentials of the caller."""
    return command(*args, env=variables(api))


def printed(api: Caller, *args: str) -> str:
    """Run a command that must succeed; returns its output."""
    done = run(api, *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_script_is_set_and_shown(api: Caller) -> None:
    response = '{"status":429,"headers":{"Retry-After":"2"}}'
    assert printed(api, "inbox", "script", "default", "503 x2", response, "200") == ""
    assert [post(api).status_code for _ in range(3)] == [503, 503, 429]
    lines = printed(api, "inbox", "show", "default").splitlines()
    assert lines[0] == f"{url_of(api)}  3 calls"
    assert [line[:2] for line in lines[1:]] == ["  ", "  ", "> "]
    assert json.loads(printed(api, "inbox", "show", "default", "--json"))["position"] == 2
    assert printed(api, "inbox", "list") == f"{'default':20}     3 calls  {url_of(api)}\n"
    assert [one["name"] for one in json.loads(printed(api, "inbox", "list", "--json"))] == ["default"]


@pytest.mark.parametrize(
    ("steps", "title"),
    [(("soon",), 'steps[0] should be a status such as "200"'), (("{",), "a step is not JSON")],
)
def test_a_step_that_is_not_valid(api: Caller, steps: tuple[str, ...], title: str) -> None:
    done = run(api, "inbox", "script", "default", *steps)
    assert done.returncode == 2
    assert title in done.stderr


def test_calls_are_printed_with_their_problems(own: Caller) -> None:
    hook(own, triggers=("user:merge",))
    printed(own, "trigger", "conversation:join", "--to", "inbox:default")
    (call,) = arrived(own, 1)
    post(own, call["json"], path="/x", headers={"x-api-key": "wrong"})
    first, second = printed(own, "inbox", "calls", "default").splitlines()
    assert first == f"{call['receivedAt']}  200  POST  /  conversation:join"
    assert second.endswith("  200  POST  /x  conversation:join  secret wrong  again (1)")
    assert printed(own, "inbox", "calls", "default", "--path", "/") == f"{first}\n"
    assert printed(own, "inbox", "calls", "default", "--type", "user:merge", "--status", "200") == ""
    assert json.loads(printed(own, "inbox", "calls", "default", "--json").splitlines()[0])["id"] == call["id"]
    assert printed(own, "inbox", "clear", "default") == ""
    assert calls(own) == []


def test_more_calls_than_a_page_are_printed(api: Caller) -> None:
    for number in range(101):
        post(api, path=f"/{number}")
    assert len(printed(api, "inbox", "calls", "default").splitlines()) == 101


def test_calls_are_followed(api: Caller) -> None:
    post(api, path="/first")
    following = Running("inbox", "calls", "default", "--follow", env=variables(api))
    try:
        assert "/first" in following.stdout.readline()
        post(api, path="/second")
        assert "/second" in following.stdout.readline()
    finally:
        following.send_signal(2)
        status = following.wait(60)
        following.stdout.close()
        following.stderr.close()
    assert status == 130


def test_an_event_is_triggered_with_fields(calling_server: Server, own: Caller) -> None:
    made = hook(own, triggers=("user:merge",))
    ada, group = own.new_user("ada"), own.new_group()
    options = ["--conversation", group, "--user", "ada", "--set", "user.externalId=eve"]
    options += ["--set-json", 'conversation.metadata={"a":1}', "--set-json", "conversation.metadata.b=2"]
    done = printed(own, "trigger", "conversation:join", "--to", made["id"], *options)
    event_line, delivery_line = done.splitlines()
    (call,) = arrived(own, 1)
    (event,) = call["json"]["events"]
    assert event_line == f"{event['id']}  conversation:join"
    assert delivery_line == f"delivery {call['headers']['x-heliograph-delivery']}"
    assert event["payload"] == {
        "conversation": {"id": group, "type": "sdkGroup", "metadata": {"a": 1, "b": 2}},
        "user": {"id": ada, "authenticated": False, "externalId": "eve"},
    }
    sent = json.loads(printed(own, "trigger", "user:remove", "--to", "listeners", "--json"))
    assert (sent["event"]["type"], sent["deliveries"]) == ("user:remove", [])
    listed = command("deliveries", "list", "--app", own.app_id, "--database", calling_server.database_url).stdout
    assert listed.rstrip().endswith("  synthetic")


def test_types_and_examples_need_no_server() -> None:
    assert len(command("trigger", "--list").stdout.split()) == 25
    shown = json.loads(command("trigger", "user:update", "--print", "--set", "user.externalId=ada").stdout)
    assert (shown["user"]["externalId"], shown["reason"]) == ("ada", "authentication")
    assert "reason" not in json.loads(command("trigger", "user:update", "--print", "--set-json", "reason=null").stdout)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "trigger needs a type of event; --list lists them"),
        (("conversation:join",), "trigger needs --to: a webhook id, inbox:NAME, listeners or all"),
        (("conversation:nothing",), "is not one of"),
        (("user:update", "--print", "--user", "ada"), "--print cannot show --conversation and --user"),
        (("user:update", "--print", "--set", "user"), "--set should be FIELD=VALUE"),
        (("user:update", "--print", "--set", "user..id=1"), "--set should be FIELD=VALUE"),
        (("user:update", "--print", "--set-json", "user={"), "--set-json user is not JSON"),
        (("user:update", "--print", "--set", "user=a", "--set", "user.id=b"), "user.id is set below a field"),
        (("user:update", "--print", "--set", "user.name=ada"), "payload.user.name is not a documented field"),
    ],
)  # fmt: skip
def test_a_trigger_that_is_not_valid(args: tuple[str, ...], message: str) -> None:
    done = command("trigger", *args)
    assert done.returncode == 2
    assert message in done.stderr
