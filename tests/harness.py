"""Starts real servers in processes of their own, and calls them over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from heliograph import BasicAuth, Client
from heliograph.domain import sandbox
from heliograph.storage.opening import open_store
from tests.commands import Prepare, Running
from tests.commands import command as command
from tests.databases import url_of
from tests.http import Http

START_SECONDS = 60
ROOTS = ("/v2", "/oauth", "/heliograph", "/console")
"""The prefixes of the paths of the API."""
Auth = tuple[str, str]


@dataclass
class Sandbox:
    """The sandbox of a database, as `heliograph init` prints it."""

    app_id: str
    app_auth: Auth
    account_auth: Auth


def init(database: str) -> Sandbox:
    """Return the sandbox, created if needed, without starting a process for `heliograph init`."""

    async def work() -> sandbox.SandboxApp:
        store = await open_store(database)
        try:
            return await sandbox.ensure(store)
        finally:
            await store.close()

    # In a thread of its own, because Playwright runs an event loop in the main thread of the console tests.
    with ThreadPoolExecutor(max_workers=1) as thread:
        found = thread.submit(asyncio.run, work()).result()
    keys = [(key.id, key.secret) for key in (found.app_key, found.account_key)]
    return Sandbox(found.app.id, *keys)


shared_sandbox = functools.cache(init)
"""The sandbox of a shared server, which lasts for the run."""


class Server:
    """`heliograph serve` on a free port, for a database URL or the path of a SQLite file.

    `forked=False` starts it as users do, with the resource limits of this process, for ten times the processor time.
    A forked process calls `prepare` first.
    """

    def __init__(
        self,
        database: Path | str,
        *options: str,
        env: dict[str, str] | None = None,
        forked: bool = True,
        prepare: Prepare | None = None,
    ) -> None:
        self.database_url = url_of(database)
        self.options = options
        self.env = env or {}
        self.prepare = prepare
        # The supervisor of several workers must not have imported `prometheus_client`, through which the workers share
        # metrics. `LD_PRELOAD` takes effect only when a program starts.
        self.forked = forked and self.workers == 1 and "LD_PRELOAD" not in self.env
        self.url = ""
        self.output: list[str] = []
        self.log: list[str] = []
        self.start()

    def start(self) -> None:
        """Start it, and wait until it prints the address that it listens at."""
        args = ("serve", "--port", "0", "--database", self.database_url, *self.options)
        self.process = self._process(*args)
        self._readers = [
            self._drain(self.process.stdout, self.output),
            self._drain(self.process.stderr, self.log),
        ]
        deadline = time.monotonic() + START_SECONDS
        while not any(" listening at " in line for line in self.output):
            assert self.process.poll() is None, "".join(self.log)
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        self.url = next(line for line in reversed(self.output) if " listening at " in line).split()[-1]
        while self.workers > 1 and len(self.listening()) < self.workers:
            assert time.monotonic() < deadline, "a worker did not start"
            time.sleep(0.05)

    def _process(self, *args: str) -> Running | subprocess.Popen[str]:
        if self.forked:
            return Running(*args, env=self.env, prepare=self.prepare)
        pipe, command = subprocess.PIPE, [sys.executable, "-m", "heliograph", *args]
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **self.env})

    @property
    def workers(self) -> int:
        """The number of worker processes."""
        return int(self.options[self.options.index("--workers") + 1]) if "--workers" in self.options else 1

    def worker_pids(self) -> set[int]:
        """The ids of the worker processes."""
        pid = self.process.pid
        try:
            return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
        except FileNotFoundError:
            return set()

    def listening(self) -> set[int]:
        """The ids of the worker processes that listen at the port."""
        wanted = f"{int(self.url.rpartition(':')[2]):04X}"
        inodes = {
            fields[9]
            for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
            if fields[1].endswith(f":{wanted}") and fields[3] == "0A"
        }
        return {pid for pid in self.worker_pids() if inodes & _sockets_of(pid)}

    def _drain(self, stream: Any, lines: list[str]) -> threading.Thread:
        reader = threading.Thread(target=lambda: lines.extend(iter(stream.readline, "")), daemon=True)
        reader.start()
        return reader

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it with a signal; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=30)
        for reader in self._readers:
            reader.join(timeout=5)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal. SIGKILL is also sent to the workers, because the supervisor can no longer stop them."""
        pids = {self.process.pid, *(self.worker_pids() if number == signal.SIGKILL else ())}
        self.process.send_signal(number)
        for pid in pids - {self.process.pid}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Kill the first process with SIGKILL, and wait until it has ended."""
        self.stop(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it gracefully, and start it again."""
        self.stop()
        self.output.clear()
        self.start()


SharedServer = Callable[..., Server]
"""Returns a server of an engine, with options."""


def _sockets_of(pid: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    links = []
    with contextlib.suppress(FileNotFoundError):
        for one in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                links.append(os.readlink(one))
    return {link[8:-1] for link in links if link.startswith("socket:[")}


@dataclass
class Caller:
    """Calls the API with one credential."""

    url: str
    auth: Auth | None
    app_id: str = ""
    http: Http = field(default_factory=Http)

    def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        """Call `path`, which is relative to the app unless it begins with one of `ROOTS`."""
        where = path if path.startswith(ROOTS) else f"/v2/apps/{self.app_id}{path}"
        if body is not None:
            kwargs["json"] = body
        kwargs.setdefault("auth", self.auth)
        return self.http.request(method, self.url + where, **kwargs)

    def ok(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """The JSON of a response, which must be a success."""
        answer = self(method, path, body, **kwargs)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    @cached_property
    def sdk(self) -> Client:
        """Our client with this credential."""
        return self.http.sdk(self.url).with_options(auth=BasicAuth(*self.auth) if self.auth else None)

    def new_user(self, external_id: str | None = None, **body: Any) -> str:
        """Create a user; returns the id."""
        given = {"externalId": external_id} if external_id is not None else {}
        return self.sdk.users.create_user(self.app_id, {**given, **body}).user.id

    def new_group(self, *user_ids: str, **body: Any) -> str:
        """Create a group with these users in it; returns the id."""
        members = [{"userId": one, "subscribeSDKClient": False} for one in user_ids]
        given = {"type": "sdkGroup", "participants": members, **body}
        return self.sdk.conversations.create_conversation(self.app_id, given).conversation.id

    def new_personal(self, user_id: str) -> str:
        """Create a personal conversation of this user; returns the id."""
        body = {"type": "personal", "participants": [{"userId": user_id}]}
        return self.sdk.conversations.create_conversation(self.app_id, body).conversation.id

    def join(self, conversation_id: str, user_id: str, *, subscribe: bool = False) -> Any:
        """Join; returns the participant."""
        body = {"userId": user_id, "subscribeSDKClient": subscribe}
        return self.sdk.participants.join_conversation(self.app_id, conversation_id, body)["participant"]

    def leave(self, conversation_id: str, **who: str) -> None:
        """Leave."""
        assert self.sdk.participants.leave_conversation(self.app_id, conversation_id, who).to_dict() == {}

    def say(self, conversation_id: str, text: str = "Hello", **user: str) -> Any:
        """Post a text, of this user or of the business; returns the message."""
        body = {"author": author_of(**user), "content": {"type": "text", "text": text}}
        (message,) = self.sdk.messages.post_message(self.app_id, conversation_id, body)["messages"]
        return message

    def read(self, conversation_id: str, **user: str) -> None:
        """Record that this user, or the business, has read the conversation."""
        body = {"author": author_of(**user), "type": "conversation:read"}
        assert self.sdk.activities.post_activity(self.app_id, conversation_id, body).to_dict() == {}

    def unread(self, conversation_id: str) -> list[int]:
        """The unread count of each participant, in the order of joining."""
        return [one["unreadCount"] for one in self.participants(conversation_id)]

    def participants(self, conversation_id: str) -> list[Any]:
        """All participants, in the order of joining."""
        size = {"size": 100}
        return [one.to_dict() for one in self.sdk.participants.iter_participants(self.app_id, conversation_id, size)]


@contextlib.contextmanager
def calling_account(server: Server) -> Iterator[Caller]:
    """A caller with the account key of a server, for the length of a block."""
    caller = Caller(server.url, init(server.database_url).account_auth)
    try:
        yield caller
    finally:
        caller.http.close()


def author_of(**user: str) -> dict[str, str]:
    """The author of a post: the user with this `userId` or `userExternalId`, or else the business."""
    return {"type": "user", **user} if user else {"type": "business"}


def new_app(account: Caller, name: str = "App") -> Caller:
    """Create an app; returns a caller with a key of the app."""
    app_id = account.ok("POST", "/v2/apps", {"displayName": name})["app"]["id"]
    key = account.ok("POST", f"/v2/apps/{app_id}/keys", {"displayName": "Key"})["key"]
    return Caller(account.url, (key["id"], key["secret"]), app_id, account.http)


def error_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and title of a response with one error."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["title"]


def titles_of(answer: httpx.Response) -> list[str]:
    """The titles of a 400 response, all of whose errors must have the code `bad_request`."""
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {error["code"] for error in errors} == {"bad_request"}
    return [error["title"] for error in errors]


@contextlib.contextmanager
def serving(
    database: Path | str,
    *options: str,
    env: dict[str, str] | None = None,
    forked: bool = True,
    prepare: Prepare | None = None,
) -> Any:
    """A server for the length of a block. It must exit without an error."""
    server = Server(database, *options, env=env, forked=forked, prepare=prepare)
    try:
        yield server
    finally:
        status = server.stop()
    assert status in (0, -signal.SIGKILL), "".join(server.log)
