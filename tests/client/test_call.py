"""`heliograph call`: every operation from the command line, JSON out, and an exit status for each outcome."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from heliograph.cli import call as calling
from heliograph.cli.call import Calls
from heliograph.cli.main import main
from heliograph.client.requesting import OPERATION
from tests.client.conftest import Place
from tests.client.faults import Fault, answer, proxy_to
from tests.harness import Caller


@pytest.fixture
def environment(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variables that scripts set."""
    assert api.auth is not None
    monkeypatch.setenv("HELIOGRAPH_URL", api.url)
    monkeypatch.setenv("HELIOGRAPH_KEY_ID", api.auth[0])
    monkeypatch.setenv("HELIOGRAPH_KEY_SECRET", api.auth[1])


def call(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any]:
    """The exit status, and the JSON that was printed."""
    status = main(["call", *args])
    printed = capsys.readouterr()
    text = printed.out if status == 0 else printed.err
    return status, json.loads(text) if text.startswith("{") else text


@pytest.mark.usefixtures("environment")
def test_joining_listing_and_leaving(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    user = place.new_user()
    where = ("--app", place.app_id, "--conversation", place.group)
    status, joined = call(capsys, "join-conversation", *where, "--user-id", user, "--subscribe-sdk-client", "false")
    assert (status, joined["participant"]["userId"]) == (0, user)
    status, listed = call(capsys, "list-participants", *where, "--page-size", "1")
    assert (status, listed["participants"]) == (0, [joined["participant"]])
    assert call(capsys, "leave-conversation", *where, "--participant-id", joined["participant"]["id"]) == (0, {})
    status, refused = call(capsys, "leave-conversation", *where, "--body", json.dumps({"userId": user}))
    assert (status, refused["status"], refused["errors"][0]["code"]) == (1, 404, "not_found")
    assert refused["requestId"]


@pytest.mark.usefixtures("environment")
def test_bodies_from_json_files_and_standard_input(
    place: Place, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ("--app", place.app_id)
    status, made = call(capsys, "create-user", *app, "--external-id", "ada", "--profile", '{"givenName":"Ada"}')
    assert (status, made["user"]["profile"]) == (0, {"givenName": "Ada"})
    (tmp_path / "body.json").write_text('{"metadata":{"k":1}}')
    status, changed = call(capsys, "update-user", *app, "--user", "ada", "--body", f"@{tmp_path}/body.json")
    assert (status, changed["user"]["metadata"]) == (0, {"k": 1})
    done = subprocess.run(
        [sys.executable, "-m", "heliograph", "call", "update-user", *app, "--user", "ada", "--body", "-"],
        input='{"metadata":null}',
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=30,
        check=True,
    )
    assert json.loads(done.stdout)["user"]["metadata"] == {}
    status, listed = call(capsys, "list-conversations", *app, "--user-external-id", "ada")
    assert (status, listed["conversations"]) == (0, [])


@pytest.mark.one_engine
@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "args",
    [
        ("join-conversation", "--app", "a"),
        ("join-conversation", "--app", "a", "--conversation", "c"),
        ("join-conversation", "--app", "a", "--conversation", "c", "--user-id", "u", "--user-external-id", "e"),
        ("join-conversation", "--app", "a", "--conversation", "c", "--body", "{"),
        ("join-conversation", "--app", "a", "--conversation", "c", "--body", "@/nowhere"),
        ("list-participants", "--app", "a", "--conversation", "c", "--page-size", "101"),
        ("list-participants", "--app", "a", "--conversation", "c", "--user-id", "u"),
        ("create-user", "--app", "a", "--profile", "Ada"),
        ("fly-to-the-moon",),
        ("get-app", "--app", "a", "--url", "nowhere"),
        ("get-app", "--app", "a", "--key-secret", ""),
    ],
)
def test_usage_errors_are_status_2(capsys: pytest.CaptureFixture[str], args: tuple[str, ...]) -> None:
    status, complaint = call(capsys, *args)
    assert status == 2
    assert complaint.startswith("heliograph: ")


@pytest.mark.usefixtures("environment")
def test_no_response_is_status_3_and_an_unreadable_one_4(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    status, shown_error = call(capsys, "get-app", "--app", "a", "--url", f"http://127.0.0.1:{port}")
    assert (status, shown_error["errors"][0]["code"]) == (3, "no_answer")
    with proxy_to(place.url) as proxy:
        proxy.script = [Fault(answer=answer(200, b"<html>"))]
        status, shown_error = call(capsys, "get-app", "--app", place.app_id, "--url", proxy.url)
        assert (status, shown_error["errors"][0]["code"]) == (4, "no_answer")


@pytest.mark.usefixtures("environment")
def test_query_parameters_are_options_and_others_can_be_added(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with proxy_to(place.url) as proxy:
        proxy.script = [Fault(answer=answer(200, {"clientId": 1}))] * 2
        url = ("--url", proxy.url)
        assert call(capsys, "release-control", "--app", "a", "--conversation", "c", *url) == (0, {"clientId": 1})
        assert call(
            capsys, "list-devices", "--app", "a", "--user", "u", "--brand-id", "b", "--query", "x=a=b", *url
        ) == (0, {"clientId": 1})
        assert proxy.seen == [
            "POST /v2/apps/a/conversations/c/releaseControl",
            "GET /v2/apps/a/users/u/devices?brandId=b&x=a%3Db",
        ]


@pytest.mark.parametrize("operation", OPERATION.values(), ids=lambda one: one.name)
def test_every_operation_has_a_command_with_help(operation: Any) -> None:
    name = calling.kebab(operation.name)
    assert name in Calls().list_commands(click.Context(Calls()))
    shown = CliRunner().invoke(Calls(), [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "--url" in shown.output


@pytest.mark.usefixtures("environment")
def test_uploading_a_file(api: Caller, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"text")
    upload = ("upload-attachment", "--app", api.app_id, "--access", "public")
    status, made = call(capsys, *upload, "--source", f"@{tmp_path / 'notes.txt'}")
    url = made["attachment"]["mediaUrl"]
    assert (status, made["attachment"]["mediaType"], url.rpartition("/")[2]) == (0, "text/plain", "notes.txt")
    assert api.http.get(url).content == b"text"
    assert call(capsys, "delete-attachment", "--app", api.app_id, "--media-url", url) == (0, {})
    assert api.http.get(url).status_code == 404
    assert call(capsys, *upload, "--source", f"@{tmp_path / 'missing.txt'}")[0] == 2


def test_an_extension_is_a_command(environment: None, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    user = place.new_user("ada")
    status, shown = call(capsys, "find", "--app", place.app_id, "--q", "ada")
    assert (status, [one["id"] for one in shown["results"]]) == (0, [user])
