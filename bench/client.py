"""Compares the Python client with the official one, release 17.0.1: import time, memory, and calls per second.

    .venv/bin/python -m bench.client [--official .compat/py-17.0.1] [--rounds 9] [--calls 300]

Both call the same server in turns, with one thread and a persistent connection; the results are medians of the rounds.
The floor is the same request over a bare socket, which no client can beat.
"""

from __future__ import annotations

import argparse
import base64
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.harness import Caller, Sandbox, init, serving

from heliograph import BasicAuth, Client, ParticipantJoinBody

IMPORT = "import sunshine_conversations_client as s; s.ApiClient()"
OURS = "from heliograph import Client, BasicAuth, ParticipantJoinBody; Client(auth=BasicAuth('a', 'b'))"
MEMBERS = 25
Timed = Callable[[], object]


def importing(statement: str, path: str, rounds: int) -> tuple[float, float]:
    """The milliseconds and megabytes that a statement adds to a new Python process; medians of the rounds."""
    program = (
        "import time\n"
        "def memory(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "before = memory(); start = time.perf_counter()\n"
        f"{statement}\n"
        "print(time.perf_counter() - start, memory() - before)"
    )
    found = []
    for _ in range(rounds + 1):  # the first run writes the bytecode
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": path})
        found.append([float(number) for number in done.stdout.split()])
    seconds, memory = (statistics.median(column) for column in zip(*found[1:], strict=True))
    return seconds * 1000, memory / 1e6


def rates(calls: dict[str, Timed], rounds: int, count: int) -> dict[str, float]:
    """Calls per second by name, measured in turns; medians of the rounds."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(count):
                call()
            found[name].append(count / (time.perf_counter() - start))
    return {name: statistics.median(each) for name, each in found.items()}


class Bare:
    """Sends a prepared request over a socket."""

    def __init__(self, url: str, auth: tuple[str, str], head: str, body: bytes = b"") -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        token = base64.b64encode(":".join(auth).encode()).decode()
        lines = [f"{head} HTTP/1.1", "Host: x", f"Authorization: Basic {token}", "Content-Type: application/json"]
        self.request = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    def __call__(self) -> None:
        self.socket.sendall(self.request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)


def official_calls(url: str, sandbox: Sandbox, group: str, user: str) -> tuple[Timed, Timed]:
    """A list and a join with the official client."""
    import sunshine_conversations_client as official

    key_id, secret = sandbox.app_auth
    configuration: Any = official.Configuration(host=url, username=key_id, password=secret)
    api = official.ParticipantsApi(official.ApiClient(configuration))
    body = official.ParticipantJoinBody(userId=user, subscribeSDKClient=True)
    app = sandbox.app_id
    return (lambda: api.list_participants(app, group)), (lambda: api.join_conversation(app, group, body))


def our_calls(url: str, sandbox: Sandbox, group: str, user: str) -> tuple[Timed, Timed]:
    """A list, reading every participant, and a join with this client."""
    participants = Client(url, auth=BasicAuth(*sandbox.app_auth)).participants
    body = ParticipantJoinBody(user_id=user, subscribe_sdk_client=True)
    app = sandbox.app_id

    def listed() -> list[tuple[str, int]]:
        page = participants.list_participants(app, group)
        return [(one.user_id, one.unread_count) for one in page.participants]

    return listed, lambda: participants.join_conversation(app, group, body)


def compare(database: Path, rounds: int, count: int) -> None:
    """Print the calls per second."""
    with serving(database) as server:
        sandbox = init(server.database_url)
        caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        users = [caller.new_user() for _ in range(MEMBERS)]
        group = caller.new_group()
        for user in users:
            caller.join(group, user, subscribe=True)
        where = f"/v2/apps/{sandbox.app_id}/conversations/{group}"
        joining = b'{"userId":"%s","subscribeSDKClient":true}' % users[0].encode()
        kinds: tuple[dict[str, Timed], ...] = tuple(
            {"official": theirs, "heliograph": ours, "floor": bare}
            for theirs, ours, bare in zip(
                official_calls(server.url, sandbox, group, users[0]),
                our_calls(server.url, sandbox, group, users[0]),
                (
                    Bare(server.url, sandbox.app_auth, f"GET {where}/participants"),
                    Bare(server.url, sandbox.app_auth, f"POST {where}/join", joining),
                ),
                strict=True,
            )
        )
        row(f"list of {MEMBERS}, calls/s", **rates(kinds[0], rounds, count))
        row("join, calls/s", **rates(kinds[1], rounds, count))


def row(what: str, official: float, heliograph: float, floor: float | None = None) -> None:
    """Print a row of the table."""
    ratio = max(official, heliograph) / min(official, heliograph)
    bare = "" if floor is None else f"{floor:.0f}"
    print(f"| {what} | {official:.0f} | {heliograph:.0f} | {ratio:.1f} × | {bare} |")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--official", type=Path, default=Path(".compat/py-17.0.1"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=300)
    options = parser.parse_args()
    path = str(options.official.resolve())
    sys.path.append(path)
    print("| | official 17.0.1 | heliograph | ratio | bare socket |\n|---|---|---|---|---|")
    theirs, ours = importing(IMPORT, path, options.rounds), importing(OURS, "", options.rounds)
    row("import and create a client, ms", theirs[0], ours[0])
    row("the same, MB", theirs[1], ours[1])
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder) / "bench.db", options.rounds, options.calls)


if __name__ == "__main__":
    main()
