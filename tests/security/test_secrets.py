"""Secrets are sealed in the database, and the log contains neither secrets nor personal data."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.storage.sealing import MASTER_KEY_VARIABLE
from tests.databases import everything, is_sqlite, key_file, new_database
from tests.harness import Caller, Server, command, init, new_app, serving
from tests.security.calls import OFFERED, Walk, basic, call
from tests.security.credentials import bearer
from tests.security.worlds import new_world
from tests.waiting import until

JSON = {"content-type": "application/json"}


def mark(name: str) -> str:
    """A distinct word for a field, which occurs nowhere else."""
    return f"zq{name.replace('_', '')}xj"


@dataclass
class Run:
    """A server after all kinds of calls, and the text that its log must not contain."""

    server: Server
    account: Caller
    secrets: set[str] = field(default_factory=set)
    answers: list[httpx.Response] = field(default_factory=list)

    def remember(self, *key: str) -> None:
        """Remember a key, in all forms in which requests contain it."""
        key_id, secret = key
        self.secrets |= {secret, basic(key_id, secret).removeprefix("Basic ")}
        self.secrets.add(bearer((key_id, secret)).rpartition(".")[2])


def succeed(run: Run) -> None:
    """Call every operation, with a distinct word in every field."""

    def noting(operation: Any, app_key: tuple[str, str], account_key: tuple[str, str]) -> str:
        run.remember(*app_key)
        run.remember(*account_key)
        return basic(*(account_key if operation.scope.label == "account" else app_key))

    walk = Walk(run.account, mark, noting)
    run.answers += [answer for _, answer in walk.run()]
    run.secrets |= walk.secrets


def fail(run: Run) -> None:
    """Make requests that fail in every way, with a distinct word in every place."""
    world = new_world(run.account, mark("world"))
    assert world.api.auth is not None
    run.remember(*world.api.auth)
    nowhere = {name: mark(name) for name in world.ids()}
    for operation in OFFERED:
        here = {**nowhere, "appId": world.app_id if operation.name != "DeleteApp" else mark("app_id")}
        for body in _bad_bodies() if operation.body.kind else [None]:
            for ids in (nowhere, here):
                query = {"page[after]": mark("cursor"), f"filter[{mark('filter')}]": mark("filtered")}
                path = operation.path.format(**ids)
                # Unknown parameters of extensions are refused first.
                for params in (query, {}) if operation.is_extension else (query,):
                    run.answers.append(world.owner(operation.method, path, content=body, params=params, headers=JSON))
    run.answers += [
        world.owner("GET", "/users/x", headers={"authorization": f"Basic {mark('basic')}"}, auth=None),
        world.owner("GET", "/users/x", auth=(mark("key_id"), mark("secret"))),
        world.owner("GET", "/users/x", headers={"authorization": f"Bearer {bearer(world.api.auth)}x"}, auth=None),
        world.owner(
            "PUT", f"/users/{mark('put')}", headers={"user-agent": mark("browser"), "referer": mark("referer")}
        ),
        world.owner("GET", f"/v2/{mark('nowhere')}", params={mark("name"): mark("value")}),
        world.owner("GET", "/users/x", headers={"x-request-id": f"not sane {mark('request_id')}"}),
        run.account.http.get(f"{run.server.url}/{mark('page')}", params={mark("name"): mark("value")}),
        call(world.api, "CreateUser", {"externalId": "ada", "profile": {"givenName": mark("taken")}}),
    ]


def fail_otherwise(run: Run) -> None:
    """Make requests that fail in multipart bodies, forms, and the query of a redirect."""
    world = new_world(run.account, mark("uploads"))
    public = {"access": "public"}
    content = (f"{mark('upload')}.exe", mark("content").encode(), f"text/{mark('subtype')}")
    cut = f"--x\r\nContent-Disposition: form-data; name={mark('part')}\r\n{mark('head')}".encode()
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    form = {name: mark(name) for name in ("client_id", "client_secret", "code", "grant_type")}
    query = {name: mark(name) for name in ("client_id", "response_type", "state", "redirect_uri")}
    for params in (public, {"access": mark("access")}, {**public, "conversationId": mark("conversation_id")}):
        run.answers += [
            world.api("POST", "/attachments", params=params, files={mark("file"): content}),
            world.api("POST", "/attachments", params=params, files={"source": content}),
            world.api("POST", "/attachments", params=params, content=cut, headers=multipart),
        ]
    run.answers += [
        world.api("POST", "/oauth/token", data=form, auth=None),
        world.api("POST", "/oauth/token", data={**form, "grant_type": "authorization_code"}, auth=None),
        world.api("POST", "/oauth/token", data=form),
        world.api("GET", "/oauth/authorize", params=query),
        world.api("GET", "/oauth/authorize", params=query, auth=None),
        world.api("GET", "/oauth/authorize", params={**query, "app_id": mark("app_id")}, auth=run.account.auth),
    ]


def _bad_bodies() -> list[bytes]:
    word = mark("bad")
    return [
        f'{{"displayName":"{word}"'.encode(),
        json.dumps({"displayName": [word], word: word, "metadata": {word: [word]}}).encode(),
        json.dumps({"displayName": word * 100, "profile": {"email": word}, "userId": word, "type": word}).encode(),
        f'"{word}"'.encode() + b"\xff",
        json.dumps({word: word * 25_000}).encode(),
    ]


def misbehave(run: Run) -> None:
    """Send bytes that are not HTTP, and disconnect in the middle of a request."""
    port = httpx.URL(run.server.url).port
    assert run.account.auth is not None
    credential = basic(*run.account.auth)
    upgrade = f"Upgrade: {mark('upgrade')}\r\nConnection: upgrade"
    cut = f"Authorization: {credential}\r\nContent-Type: application/json\r\nContent-Length: 999"
    for said in (
        f"{mark('method')} /{mark('target')} HTTP/1.1\r\n\r\n",
        f"GET /{mark('target')} HTTP/1.1\r\n{mark('header')}\r\n\r\n",
        f"GET /é{mark('target')} HTTP/1.1\r\n\r\n",
        f"GET /v2/apps?{mark('query')}=1 HTTP/1.1\r\n{upgrade}\r\n\r\n",
        f"POST /v2/apps HTTP/1.1\r\n{cut}\r\n\r\n{{'displayName':'{mark('cut')}",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as caller, contextlib.suppress(OSError):
            caller.sendall(said.encode())
            caller.settimeout(0.2)
            caller.recv(65536)


@pytest.fixture(scope="module", params=["console", "json"])
def run(request: pytest.FixtureRequest, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A server for each log format, after many calls."""
    database = new_database(engine, tmp_path_factory.mktemp("secrets"))
    with serving(database, "--log-format", request.param, "--log-level", "debug", "--stand-ins", "yes") as server:
        sandbox = init(server.database_url)
        run = Run(server, Caller(server.url, sandbox.account_auth))
        run.remember(*sandbox.app_auth)
        for part in (succeed, fail, fail_otherwise, misbehave):
            part(run)
        # The lines of the log arrive through a pipe.
        until(lambda: run.answers[-1].headers["x-request-id"] in "".join(server.log))
        yield run
        run.account.http.close()


def test_every_request_is_logged(run: Run) -> None:
    log = "".join(run.server.log)
    statuses = {answer.status_code for answer in run.answers}
    assert {200, 201, 400, 401, 404, 405, 409, 413} <= statuses
    assert not {status for status in statuses if status >= 500}
    for answer in run.answers:
        assert answer.headers["x-request-id"] in log


def test_no_personal_data_in_the_log(run: Run) -> None:
    log = "".join(run.server.log)
    for word in ("zq", "xj", "example.invalid", "ada of"):
        assert word not in log.lower(), next(line for line in run.server.log if word in line.lower())


def test_no_secret_in_the_log(run: Run) -> None:
    log = "".join(run.server.log)
    assert len(run.secrets) > 9
    for secret in run.secrets:
        assert secret not in log
        assert secret[:20] not in log
    assert "Basic" not in log
    assert "Bearer" not in log
    assert "authorization" not in log.lower()


def test_json_lines_are_json(run: Run) -> None:
    structured = run.server.options[1] == "json"
    for line in run.server.log:
        assert line.startswith("{") == structured
        assert not structured or {"time", "level", "message"} <= json.loads(line).keys()


def test_secrets_are_sealed_in_the_database(url: str) -> None:
    with serving(url) as server:
        sandbox = init(url)
        account = Caller(server.url, sandbox.account_auth)
        keys = [sandbox.app_auth, sandbox.account_auth]
        for number in range(3):
            made = new_app(account, f"App {number}").auth
            assert made is not None
            keys.append(made)
        account.http.close()
        assert_sealed(url, keys)
    assert_sealed(url, keys)


def assert_sealed(url: str, keys: list[tuple[str, str]]) -> None:
    """Check that the database contains no secret, in any encoding."""
    master_key = key_file(url).read_bytes().strip()
    stored = contents(url)
    for key_id, secret in keys:
        assert key_id.encode() in stored
        raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        for form in (secret.encode(), secret.encode().hex().encode(), base64.b64encode(secret.encode()), raw):
            assert form not in stored
            assert form[8:40] not in stored
    assert master_key not in stored
    assert base64.urlsafe_b64decode(master_key) not in stored


def contents(url: str) -> bytes:
    """Every value in every table, and on SQLite every file except the master key."""
    values = [value for table in everything(url).values() for row in table for value in row]
    found = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    if is_sqlite(url):
        folder = key_file(url).parent
        found += [path.read_bytes() for path in folder.iterdir() if path != key_file(url)]
    return b"\0".join(found)


def test_only_the_owner_may_read_the_master_key(url: str) -> None:
    before = os.umask(0)
    try:
        with serving(url):
            init(url)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file(url).stat().st_mode) == 0o600
    assert not [path for path in key_file(url).parent.iterdir() if path.name.startswith(".master-key")]


OTHER_KEY = base64.urlsafe_b64encode(b"\x07" * 32).decode()


@pytest.mark.parametrize(
    ("content", "variable", "expected"),
    [
        (OTHER_KEY.encode(), None, "the master key does not fit this database"),
        (None, None, "the master key is missing"),
        (b"", None, "should hold a master key"),
        (b"not a key", None, "should hold a master key"),
        (b"\xff\xfe\x00\x80" * 8, None, "should hold a master key"),
        ("é".encode() * 30, None, "should hold a master key"),
        (OTHER_KEY.encode()[:-2], None, "should hold a master key"),
        ("kept", OTHER_KEY, "the master key does not fit this database"),
        ("kept", "short", f"{MASTER_KEY_VARIABLE} should hold a master key"),
        ("kept", "é" * 43, f"{MASTER_KEY_VARIABLE} should hold a master key"),
    ],
    ids=["wrong", "missing", "empty", "text", "binary", "letters", "cut", "env wrong", "env short", "env letters"],
)
def test_a_wrong_master_key_is_refused(
    sealed: str, content: bytes | str | None, variable: str | None, expected: str
) -> None:
    key, before = key_file(sealed), everything(sealed)
    kept = key.read_bytes()
    try:
        if content is None:
            key.unlink()
        elif isinstance(content, bytes):
            key.write_bytes(content)
        there = content is not None
        done = command("serve", "--port", "0", "--database", sealed, env=_environment(variable))
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert done.stderr.startswith("heliograph: ")
        assert done.stderr.count("\n") == 1
        assert expected in done.stderr
        assert OTHER_KEY not in done.stderr
        assert key.exists() is there
    finally:
        key.write_bytes(kept)
    assert everything(sealed) == before


def _environment(variable: str | None) -> dict[str, str]:
    return {MASTER_KEY_VARIABLE: variable} if variable is not None else {}


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """An empty database."""
    return new_database(engine, tmp_path)


@pytest.fixture(scope="module")
def sealed(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that was opened and closed."""
    database = new_database(engine, tmp_path_factory.mktemp("sealed"))
    init(database)
    return database


def test_the_right_master_key_opens_it_from_a_file_or_the_environment(sealed: str) -> None:
    first, key = init(sealed), key_file(sealed)
    kept = key.read_text()
    key.unlink()
    try:
        done = command("init", "--database", sealed, "--json", env={MASTER_KEY_VARIABLE: kept.strip()})
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["accountKey"]["secret"] == first.account_auth[1]
        assert not key.exists()
    finally:
        key.write_text(kept)
        key.chmod(0o600)
    assert init(sealed) == first
