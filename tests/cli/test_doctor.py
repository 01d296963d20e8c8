"""`heliograph doctor` on the machine of a server: each check finds its problem, and passes without it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from heliograph import ids
from heliograph.cli.doctor import configuration, machine
from heliograph.cli.doctor.database import judge_clock, judge_commits, judge_schema, judge_space
from heliograph.settings import Settings
from heliograph.storage.migrations.schema import Version, latest
from heliograph.wire import times
from tests.api.endpoint import Endpoint
from tests.databases import (
    POSTGRESQL,
    execute,
    execute_sqlite,
    is_sqlite,
    key_file,
    new_database,
    with_parameters,
)
from tests.harness import Caller, Server, command, init, serving

UNPRIVILEGED = 65534


def examined(url: str, *options: str, env: dict[str, str] | None = None, status: int | None = None) -> Any:
    """Run `heliograph doctor`; returns the worst finding of each check, by the name of the check."""
    done = command("doctor", "--port", "0", "--database", url, "--json", *options, env=env)
    assert done.stderr == ""
    shown = json.loads(done.stdout)
    assert done.returncode == (0 if shown["ok"] else 1)
    assert status is None or done.returncode == status, shown
    order = ["ok", "warning", "failure"]
    return {one["check"]: one for one in sorted(shown["checks"], key=lambda one: order.index(one["level"]))}


def level(found: Any, check: str) -> str:
    """The level of a finding, which has a remedy if it is not `ok`."""
    text: str = found[check]["level"]
    assert (text == "ok") == (found[check]["remedy"] is None)
    return text


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """A database with a sandbox, without a server."""
    found = new_database(engine, tmp_path)
    init(found)
    return found


def test_a_good_database(url: str) -> None:
    found = examined(url, status=0)
    assert found["schema"]["text"] == f"version {latest()}"
    assert "fits the database" in found["master key"]["text"]
    assert level(found, "clock") == level(found, "webhooks") == "ok"
    # The PostgreSQL of the tests runs with fsync = off.
    assert level(found, "database") == ("ok" if is_sqlite(url) else "warning")


def test_nothing_is_created(engine: str, tmp_path: Path) -> None:
    found = examined(new_database(engine, tmp_path), status=0)
    assert level(found, "schema") == "warning"
    assert list(tmp_path.iterdir()) == []


def test_another_master_key(url: str) -> None:
    other = "A" * 43 + "="
    found = examined(url, env={"HELIOGRAPH_MASTER_KEY": other}, status=1)
    assert "does not fit this database" in found["master key"]["text"]
    assert level(found, "webhooks") == "warning", "not checked"
    assert other not in json.dumps(found)


def test_a_missing_master_key(url: str) -> None:
    key_file(url).unlink()
    found = examined(url, status=1)
    assert "the master key is missing" in found["master key"]["text"]
    assert not key_file(url).exists()


def test_a_master_key_that_others_can_read(url: str) -> None:
    key_file(url).chmod(0o644)
    assert examined(url, status=1)["master key"]["remedy"] == f"chmod 600 {key_file(url)}"


def test_a_master_key_in_a_file_of_the_environment(url: str, tmp_path: Path) -> None:
    moved = tmp_path / "secret"
    key_file(url).rename(moved)
    found = examined(url, env={"HELIOGRAPH_MASTER_KEY_FILE": str(moved)}, status=0)
    assert found["master key"]["text"] == "in the environment; it fits the database"


def test_an_older_schema(url: str) -> None:
    change = f"UPDATE meta SET value = '{latest() - 1}' WHERE name = 'schema_version'"
    if is_sqlite(url):
        execute_sqlite(Path(url.removeprefix("sqlite:///")), change)
    else:
        execute(url, change)
    found = examined(url)
    assert found["schema"]["text"] == f"version {latest() - 1}; this program needs {latest()}"
    assert level(found, "webhooks") == "warning"


@pytest.mark.one_engine(POSTGRESQL)
def test_a_role_that_cannot_write(url: str) -> None:
    found = examined(with_parameters(url, default_transaction_read_only="on"), status=1)
    assert "read-only transaction" in found["writes"]["text"]


@pytest.mark.one_engine(POSTGRESQL)
def test_a_postgresql_without_fsync(url: str) -> None:
    assert examined(url)["database"]["text"].startswith("fsync is off")


def test_an_unreachable_postgresql() -> None:
    found = examined("postgresql://ada:s3cret@127.0.0.1:1/heliograph", status=1)
    assert "cannot be opened" in found["database"]["text"]
    assert "s3cret" not in json.dumps(found)


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "does not exist" in examined(f"sqlite:///{tmp_path}/no/heliograph.db", status=1)["database"]["text"]


def test_the_database_of_another_program(tmp_path: Path) -> None:
    execute_sqlite(tmp_path / "other.db", "CREATE TABLE song (title)")
    found = examined(f"sqlite:///{tmp_path}/other.db", status=1)
    assert "is the database of another program" in found["database"]["text"]


def test_a_folder_that_cannot_be_written() -> None:
    with unprivileged_folder() as folder:
        init(f"sqlite:///{folder}/heliograph.db")
        for path in folder.iterdir():
            path.chmod(0o644)
        done = command("doctor", "--port", "0", "--database", f"sqlite:///{folder}/heliograph.db", prepare=give_up_root)
        assert done.returncode == 1
        assert "✗ database    the database cannot be opened: " in done.stdout
        assert f"{folder}: Permission denied" in done.stdout


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        api.new_group()
        api.http.close()
    late = ids.earliest(times.now() + 3_600_000)
    execute_sqlite(tmp_path / "heliograph.db", f"UPDATE event SET id = '{late}' WHERE id = (SELECT max(id) FROM event)")
    found = examined(server.database_url, status=1)["clock"]
    assert "ahead of the clock of this machine" in found["text"]


@contextlib.contextmanager
def unprivileged_folder() -> Iterator[Path]:
    """A folder that all users can read, and only its owner can write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def give_up_root() -> None:
    """Switch to an unprivileged user, after importing modules that this user may be unable to read."""
    for name in ("cli.doctor.database", "cli.doctor.configuration", "cli.doctor.machine", "storage.sqlite.inspecting"):
        import_module(f"heliograph.{name}")
    if os.geteuid() == 0:
        os.setuid(UNPRIVILEGED)
    else:
        os.chmod(Path(sys.argv[-1].removeprefix("sqlite:///")).parent, 0o555)


def test_a_running_server(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        port = server.url.rpartition(":")[2]
        found = examined(server.database_url, "--port", port, status=0)
        assert f"process {server.process.pid} serves it" in found["database"]["text"]
        assert found["port"]["text"] == f"a Heliograph server listens at 127.0.0.1:{port}"
        assert f"process {server.process.pid} has " in found["open files"]["text"]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A webhook endpoint."""
    found = Endpoint()
    yield found
    found.close()


def test_a_port_that_another_program_has(endpoint: Endpoint) -> None:
    found = machine.check_port(Settings(port=endpoint.server_port))
    assert found.level == "failure"
    assert "cannot listen" in found.text


def test_descriptors() -> None:
    assert [machine.judge_limit(limit).level for limit in (128, 1024, 65536)] == ["failure", "warning", "ok"]
    script = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100));"
        "used = len(os.listdir('/proc/self/fd')) - 1; [os.dup(0) for _ in range(98 - used)]; print(flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = machine.check_process(process.pid)
        process.kill()
    assert found is not None
    assert (found.level, found.text) == ("failure", f"process {process.pid} has 98 of 100 open")


def test_the_settings() -> None:
    def levels(**changes: Any) -> dict[str, str]:
        settings = dataclasses.replace(Settings(), **changes)
        return {one.check: one.level for one in configuration.check_settings(settings, embedded=True)}

    assert set(levels().values()) == {"ok"}
    assert levels(trusted_proxies="nonsense")["proxies"] == "failure"
    assert levels(trusted_proxies="*", host="0.0.0.0")["proxies"] == "warning"
    assert levels(trusted_proxies="10.0.0.0/8", host="0.0.0.0")["proxies"] == "ok"
    assert levels(host="0.0.0.0")["public URL"] == "warning"
    assert levels(host="0.0.0.0", public_url="https://chat.example.com")["public URL"] == "ok"
    assert levels(webhook_allowed_networks="nonsense")["networks"] == "failure"
    assert levels(host="0.0.0.0", sandbox_tools="yes")["sandbox"] == "warning"
    assert levels(sandbox_tools="yes", workers=2)["sandbox"] == "failure"


def test_judgements() -> None:
    assert [judge_commits(one).level for one in (0.001, 0.1, 2.0)] == ["ok", "warning", "failure"]
    assert [judge_space(one << 20).level for one in (2048, 512, 8)] == ["ok", "warning", "failure"]
    assert [judge_clock(one).level for one in (0.1, -5, 3600)] == ["ok", "warning", "failure"]
    assert "behind" in judge_clock(-5).text
    newer = judge_schema(Version(latest() + 1, 1))
    assert (newer.level, newer.remedy) == ("warning", "upgrade this program")


def hook(server: Server, target: str) -> None:
    """Add a webhook to the sandbox."""
    sandbox = init(server.database_url)
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    api.ok(
        "POST", "/integrations", {"type": "custom", "webhooks": [{"target": target, "triggers": ["conversation:read"]}]}
    )
    api.http.close()


def test_webhooks_are_reached_and_called(engine: str, tmp_path: Path, endpoint: Endpoint) -> None:
    networks = ("--webhook-allowed-networks", "loopback")
    with serving(new_database(engine, tmp_path), *networks) as server:
        hook(server, endpoint.url.replace("//", "//ada:s3cret@") + "?token=t0ken")
        found = examined(server.database_url, *networks)
        assert found["webhook"]["text"].endswith(f": http://127.0.0.1:{endpoint.server_port} can be reached")
        assert endpoint.came == []
        assert level(examined(server.database_url, *networks, "--call"), "webhook") == "ok"
        ((headers, body),) = endpoint.came
        assert (len(headers["x-api-key"]) > 20, body["events"]) == (True, [])
        endpoint.status = 500
        failed = examined(server.database_url, *networks, "--call", status=1)
        assert "responded with status 500" in failed["webhook"]["text"]
        refused = examined(server.database_url, "--webhook-allowed-networks", "none", status=1)
        assert "is not a public address" in refused["webhook"]["text"]
        for one in (found, failed, refused):
            assert "s3cret" not in json.dumps(one)
            assert "t0ken" not in json.dumps(one)
            assert headers["x-api-key"] not in json.dumps(one)


@pytest.mark.parametrize(
    ("target", "problem"),
    [("http://127.0.0.1:1/", "Connect call failed"), ("http://nowhere.invalid/", "not known|resolution|No address")],
)
def test_webhooks_that_cannot_be_reached(tmp_path: Path, target: str, problem: str) -> None:
    networks = ("--webhook-allowed-networks", "loopback")
    with serving(tmp_path / "heliograph.db", *networks) as server:
        hook(server, target)
        found = examined(server.database_url, *networks, status=1)["webhook"]
    assert any(one in found["text"] for one in problem.split("|")), found


def test_a_webhook_with_a_certificate_of_an_unknown_authority(tmp_path: Path, certificate: Path) -> None:
    endpoint, context = Endpoint(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    endpoint.socket = context.wrap_socket(endpoint.socket, server_side=True)
    with serving(tmp_path / "heliograph.db") as server:
        hook(server, endpoint.url.replace("http:", "https:"))
        found = examined(server.database_url, status=1)["webhook"]
        assert "TLS: CERTIFICATE_VERIFY_FAILED" in found["text"]
        trusted = examined(server.database_url, env={"SSL_CERT_FILE": str(certificate)}, status=0)
        assert level(trusted, "webhook") == "ok"
    endpoint.close()
