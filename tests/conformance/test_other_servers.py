"""The command on faulty, unreachable and slow servers, and with invalid arguments."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conformance.conftest import Subject
from tests.conformance.wrong_server import Alter, Reply, altering
from tests.harness import command

JOIN = "/join"


def wrong_status(reply: Reply) -> None:
    """A join is 200 instead of 201."""
    if reply.path.endswith(JOIN) and reply.status == 201:
        reply.status = 200


def missing_field(reply: Reply) -> None:
    """A participant has no id."""
    if reply.path.endswith(JOIN) and reply.status == 201:
        participant = json.loads(reply.body)["participant"]
        del participant["id"]
        reply.body = json.dumps({"participant": participant}).encode()


def other_code(reply: Reply) -> None:
    """Errors have another code."""
    reply.body = reply.body.replace(b'"conversation_not_found"', b'"not_there"')


def html(reply: Reply) -> None:
    """Errors are HTML."""
    if reply.status == 404:
        reply.body = b"<html>Not found</html>"


def broken(reply: Reply) -> None:
    """The connection is closed instead of a response to a join."""
    if reply.path.endswith(JOIN):
        reply.status = 0


CASES: list[tuple[Alter, str, str, str]] = [
    (wrong_status, "operation.JoinConversation.201", "status 201", "200 "),
    (missing_field, "participants.1", "the documented form of the response of JoinConversation", "`id`"),
    (other_code, "operation.JoinConversation.404.conversationId", "the code conversation_not_found", "not_there"),
    (html, "messages.13", "a JSON body with status 404", "<html>"),
    (broken, "participants.9", "a response", "no response"),
]


@pytest.mark.one_engine
@pytest.mark.parametrize(("alter", "number", "expected", "observed"), CASES, ids=[one[1] for one in CASES])
def test_a_wrong_server_fails(
    subject: Subject, tmp_path: Path, alter: Alter, number: str, expected: str, observed: str
) -> None:
    """The status is 1, and the reports show the request, the expected and the observed outcome."""
    with altering(subject.server.url, alter) as url:
        done = subject.check("--only", number, f"--junit={tmp_path}/junit.xml", url=url)
    assert done.returncode == 1, done.stdout
    lines = done.stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"✗ {number}  "))
    request, wanted, got = lines[start + 1 : start + 4]
    assert request.startswith("    request:  ")
    assert expected in wanted
    assert observed in got
    assert lines[-1] == "0 passed, 1 failed, 0 not run"
    failure = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testcase/failure")
    assert failure is not None
    assert expected in str(failure.get("message"))


@pytest.mark.one_engine
def test_a_record_of_failures_shows_nothing_of_the_account(subject: Subject, tmp_path: Path) -> None:
    """Not even if the list of apps is malformed."""

    def without_ids(reply: Reply) -> None:
        if reply.path == "/v2/apps" and reply.method == "GET":
            reply.body = reply.body.replace(b'"id"', b'"_id"').replace(b'"Sandbox"', b'"Acme"')

    record = tmp_path / "record"
    with altering(subject.server.url, without_ids) as url:
        done = subject.check("--only", "operation.ListApps.200", f"--record={record}", url=url)
    assert done.returncode == 1
    assert "Acme" in done.stdout
    assert "Acme" not in record.read_text()
    assert '"observed":"Object missing required field `id` - at `$.apps[0]`: 200 <string>"' in record.read_text()


RESPONSES = [
    (200, b"{}", set()),
    (400, b'{"errors":[{"code":"bad_request","title":"Bad request"}]}', {"operation.CreateUser.400", "requests.5"}),
    (404, b'{"errors":[{"code":"not_found","title":"Resource not found"}]}', {"messages.13"}),
]


@pytest.mark.one_engine
@pytest.mark.parametrize(("status", "body", "passing"), RESPONSES, ids=["200", "400", "404"])
def test_no_check_passes_without_a_reason(subject: Subject, status: int, body: bytes, passing: set[str]) -> None:
    """A server that always sends the same response passes only the checks that expect it."""

    def same(reply: Reply) -> None:
        if reply.path != f"/v2/apps/{subject.api.app_id}":
            reply.status, reply.body = status, body

    with altering("", same) as url:
        options = ("--only=[!or]*", "--only=operation.CreateUser.*", "--only=requests.[!1]", "--only=responses.*")
        done = subject.check(*options, url=url, account=False)
    assert done.returncode == 1
    assert {line.split()[1] for line in done.stdout.splitlines() if line.startswith("✓")} == passing


@pytest.mark.one_engine
def test_a_server_that_goes_away(subject: Subject) -> None:
    """The first checks without a response fail, and the remaining checks are not run."""

    def gone(reply: Reply) -> None:
        if reply.path != f"/v2/apps/{subject.api.app_id}":
            reply.status = 0

    with altering(subject.server.url, gone) as url:
        done = subject.check("--only", "participants.*", url=url)
    assert done.returncode == 1
    assert done.stdout.count("✗") == 5
    assert "not run: the server has stopped responding" in done.stdout


@pytest.mark.one_engine
def test_requests_over_a_rate_limit_are_repeated(subject: Subject) -> None:
    """A request that gets a 429 is repeated. Here the server has processed it already, which is harmless."""
    refused: set[str] = set()

    def limit(reply: Reply) -> None:
        if reply.path not in refused and reply.path.partition("?")[0].endswith((JOIN, "/participants")):
            refused.add(reply.path)
            reply.status, reply.headers["retry-after"], reply.body = 429, "0", b"Too many requests"

    with altering(subject.server.url, limit) as url:
        done = subject.check("--only", "participants.1", url=url)
    assert done.returncode == 0, done.stdout
    assert len(refused) == 2


@pytest.mark.one_engine
def test_failed_deletions_are_reported(subject: Subject) -> None:
    def keep(reply: Reply) -> None:
        if reply.method == "DELETE":
            reply.status, reply.body = 500, b'{"errors":[]}'

    with altering(subject.server.url, keep) as url:
        done = subject.check("--only", "operation.CreateUser.201", url=url)
    assert "not deleted: userIdOrExternalId " in done.stdout


@pytest.mark.one_engine
def test_an_unreachable_server(subject: Subject) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = subject.check(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 3
    assert done.stderr.startswith("heliograph: cannot reach http://127.0.0.1:")


@pytest.mark.one_engine
def test_a_wrong_key(subject: Subject) -> None:
    assert subject.api.auth is not None
    done = subject.check(key=(subject.api.auth[0], "wrong-secret"))
    assert done.returncode == 2
    assert "GetApp is refused, check --url, --app and the keys: 401" in done.stderr
    assert "wrong-secret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--url", "http://127.0.0.1:1"], "no `heliograph dev` of this user runs at http://127.0.0.1:1"),
        (["--url", "ftp://a", "--app", "a", "--key-id", "k", "--key-secret", "s"], "--url should be a URL"),
        (["--only", "nothing.*"], "matches no check"),
        (
            ["--url", "http://a", "--app", "a", "--key-id", "k", "--key-secret", "s", "--account-key-id", "a"],
            "belong together",
        ),
        (
            ["--url", "http://a", "--app", "a", "--key-id", "k", "--key-secret", "s", "--webhook-url", "http://b"],
            "--webhook-url needs --listen",
        ),
        (
            ["--url", "http://a", "--app", "a", "--key-id", "k", "--key-secret", "s", "--listen", "nowhere"],
            "--listen should be HOST:PORT",
        ),
    ],
)
def test_usage_errors(options: list[str], reason: str) -> None:
    done = command("conformance", *options)
    assert done.returncode == 2
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_list_needs_no_server() -> None:
    done = command("conformance", "--list", "--only", "participants.14")
    assert done.returncode == 0
    assert done.stdout.split(maxsplit=1) == [
        "participants.14",
        "Leaving with a user who is not a member is 404 not_found. [documented: LeaveConversation]\n",
    ]
