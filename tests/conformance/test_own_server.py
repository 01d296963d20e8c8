"""Our server passes all checks, which remove everything that they created.

HELIOGRAPH_TEST_ROUNDS adds SQLite, on which `test_repeated.py` runs all checks.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.api.database import Database
from tests.commands import Running
from tests.conformance.conftest import Subject
from tests.databases import ENGINES, POSTGRESQL, new_database
from tests.harness import Caller, init, new_app, serving

ID = re.compile(r"[0-9a-f]{24}")
TABLES = ("app_user", "conversation", "integration", "switchboard", "attachment", "support_user")
SLOW = {"participants.2", "webhooks.3", "webhooks.5.failure"}


def assert_nothing_is_left(subject: Subject) -> None:
    """Assert that the app is empty, and that no apps and partners were added."""
    database = Database(subject.server.database_url)
    counts = {
        table: database.rows(f"SELECT count(*) FROM {table} WHERE app_id = $1", subject.api.app_id)[0][0]
        for table in TABLES
    }
    assert counts == dict.fromkeys(TABLES, 0)
    names = [one["displayName"] for one in subject.account.ok("GET", "/v2/apps?page[size]=100")["apps"]]
    assert not [name for name in names if name.startswith("conformance-")]
    assert subject.account.ok("GET", "/heliograph/v1/oauthClients")["oauthClients"] == []


@pytest.mark.one_engine(*(ENGINES if "HELIOGRAPH_TEST_ROUNDS" in os.environ else [POSTGRESQL]))
def test_all_checks_pass(subject: Subject, tmp_path: Path) -> None:
    """With an account key and webhooks, only slow checks are not run. The reports agree, and show no secrets."""
    files = {name: tmp_path / name for name in ("json", "junit", "record")}
    done = subject.check(*(f"--{name}={path}" for name, path in files.items()))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1].startswith(tuple("123456789"))
    found = json.loads(files["json"].read_text())
    outcomes = Counter(one["outcome"] for one in found["checks"])
    assert {one["number"] for one in found["checks"] if one["outcome"] == "not run"} == SLOW
    assert outcomes == {"passed": found["summary"]["passed"], "not run": len(SLOW)}
    assert found["notDeleted"] == []
    assert_nothing_is_left(subject)
    suite = ElementTree.parse(files["junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == (str(len(found["checks"])), "0")
    assert len(suite.findall("testcase")) == len(found["checks"])
    assert_record_is_anonymous(subject, files["record"].read_text(), len(found["checks"]))
    for text in (done.stdout, *(path.read_text() for path in files.values())):
        assert not [secret for secret in subject.secrets if secret in text]


def assert_record_is_anonymous(subject: Subject, text: str, count: int) -> None:
    """Assert that a record has the exchanges of each check, without ids, tokens and addresses."""
    lines: list[Any] = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == count
    assert ID.findall(text) == []
    assert subject.server.url.removeprefix("http://") not in text
    assert "eyJ" not in text
    joined = next(one for one in lines if one["number"] == "operation.JoinConversation.201")
    (last,) = [one for one in joined["exchanges"] if one["operation"] == "JoinConversation"]
    assert (last["method"], last["status"]) == ("POST", 201)
    assert re.fullmatch(r"/v2/apps/<app>/conversations/<id-\d+>/join", last["path"])
    assert last["response"]["participant"]["userId"] == last["request"]["userId"]
    (event,) = next(one for one in lines if one["number"] == "conversations.1.events")["events"]
    assert event["type"] == "conversation:remove"
    listed = next(one for one in lines if one["number"] == "operation.ListApps.200")
    assert listed["exchanges"][-1]["response"]["apps"][0]["displayName"] == "<string>"


@pytest.mark.one_engine
def test_with_the_key_of_an_app_alone(subject: Subject) -> None:
    """Checks that need an account key are reported as not run. The others use the app and its switchboard."""
    topics = ("apps", "control", "messages", "operation", "participants", "switchboards")
    done = subject.check(*(f"--only={topic}.*" for topic in topics), account=False)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    reasons = Counter(line for line in lines if line.startswith("    not run: "))
    account = "    not run: needs an account key (--account-key-id and --account-key-secret)"
    assert set(reasons) == {account, "    not run: needs time (--slow)"}
    assert_nothing_is_left(subject)


@pytest.mark.one_engine
def test_only_selected_checks_run(subject: Subject) -> None:
    done = subject.check("--only", "participants.1", "--only", "operation.GetApp.4*")
    assert done.returncode == 0
    numbers = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("✓")]
    assert numbers == [
        *(f"operation.GetApp.{one}" for one in ("401", "401.none", "403", "403.appId", "404.appId")), "participants.1",
    ]  # fmt: skip


@pytest.mark.one_engine
def test_without_stand_ins_and_networks(tmp_path: Path) -> None:
    """A server that refuses channels and local webhooks, with a low limit of participants, passes as well."""
    options = ("--stand-ins", "no", "--webhook-allowed-networks", "10.0.0.0/8", "--participant-limit", "5")
    with serving(new_database("sqlite", tmp_path), *options, "--strict-control", "--root-path", "/sc") as server:
        account = Caller(server.url, init(server.database_url).account_auth)
        subject = Subject(server, account, new_app(account))
        topics = ("clients", "control", "integrations", "messages", "pages", "requests", "webhooks")
        done = subject.check(*(f"--only={topic}.*" for topic in topics), "--json=/dev/stderr")
        limit = subject.check("--slow", "--only", "participants.2")
        account.http.close()
    assert "✗" not in done.stdout, done.stdout
    assert done.returncode == 0
    reasons = {one.get("reason", "").partition(":")[0] for one in json.loads(done.stderr)["checks"]}
    assert "the server refuses the URL of the webhook endpoint" in reasons
    assert "needs an integration of a third-party channel, or stand-ins" in reasons
    assert "1 passed" in limit.stdout


@pytest.mark.one_engine
def test_keep(subject: Subject) -> None:
    done = subject.check("--keep", "--only", "operation.CreateUser.201")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("kept what was created")]
    name = line.split()[-1]
    rows = Database(subject.server.database_url).rows("SELECT id FROM app_user WHERE app_id = $1", subject.api.app_id)
    assert len(rows) == 1
    shown = subject.api.ok("GET", f"/users/{rows[0][0]}")["user"]
    assert shown["externalId"].startswith(name)


@pytest.mark.one_engine
def test_an_interrupted_run_cleans_up(subject: Subject) -> None:
    """Ctrl-C ends the checks, and the created objects are deleted."""
    process = Running(*subject.arguments("--requests-per-second", "200"), env={"PYTHONUNBUFFERED": "1"})
    with process.stdout, process.stderr:
        while "operation.CreateConversation.201" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(timeout=60) == 130
    assert "interrupted" in rest
    assert_nothing_is_left(subject)
