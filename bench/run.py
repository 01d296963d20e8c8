"""Joins, leaves and lists a second, as a ratio to a bare handler under the same load in the same run.

    .venv/bin/python -m bench.run [--connections 64] [--seconds 5] [--rounds 3]

The load comes from wrk (one thread), which must be installed. What is printed are medians over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from heliograph import ids
from heliograph.domain import sandbox
from heliograph.domain.tenants import Tenant
from heliograph.storage import conversations, users
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from heliograph.storage.users import StoredUser

GROUPS = 100
USERS = 100_000
SCRIPT = Path(__file__).with_name("replay.lua")


class World(msgspec.Struct):
    """What the server holds before the load begins."""

    app_id: str
    authorization: str
    groups: list[str]
    users: list[str]


async def build(database: str) -> World:
    """Make a database with groups and users."""
    store = await open_store(database)
    made = await sandbox.ensure(store)
    tenant = Tenant(made.app.id, made.app_key.id)
    groups = await store.write(_add_groups, tenant)
    people: list[str] = []
    for _ in range(USERS // 1000):
        people += await store.write(_add_users, tenant)
    await store.close()
    credential = base64.b64encode(f"{made.app_key.id}:{made.app_key.secret}".encode()).decode()
    return World(made.app.id, f"Basic {credential}", groups, people)


async def _add_groups(tx: Tx, tenant: Tenant) -> list[str]:
    made = [ids.new() for _ in range(GROUPS)]
    for one in made:
        await conversations.add(
            tx, StoredConversation(tenant.app_id, one, "sdkGroup", 0, 0, 0, 0, None, None, None, None, None, 0)
        )
    return made


async def _add_users(tx: Tx, tenant: Tenant) -> list[str]:
    made = [ids.new() for _ in range(1000)]
    for one in made:
        await users.add(tx, StoredUser(tenant.app_id, one, None, None, 0, 0, None, "{}", "{}", None, 0))
    return made


def scenarios(world: World) -> dict[str, list[str]]:
    """The requests of each scenario, in the order in which they are run: leaves undo joins."""
    base = f"/v2/apps/{world.app_id}/conversations"

    def line(group: str, verb: str, body: dict[str, Any]) -> str:
        return f"POST\t{base}/{group}/{verb}\t{json.dumps(body)}"

    spread = [(world.groups[index % GROUPS], user) for index, user in enumerate(world.users)]
    return {
        "join, 100 groups": [line(g, "join", {"userId": u, "subscribeSDKClient": False}) for g, u in spread],
        "list of 25": [f"GET\t{base}/{group}/participants\t" for group in world.groups],
        "leave": [line(g, "leave", {"userId": u}) for g, u in spread],
        "join, one group": [
            line(world.groups[0], "join", {"userId": user, "subscribeSDKClient": False}) for user in world.users
        ],
    }


@contextmanager
def process(*args: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server process, once it answers."""
    running = subprocess.Popen([sys.executable, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health/live")
                break
            except httpx.TransportError:
                time.sleep(0.005)
        yield running
    finally:
        running.terminate()
        running.wait()


def load(port: int, world: World, requests: list[str], connections: int, seconds: float) -> dict[str, float]:
    """Send the requests for so many seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join(requests) + "\n")
        file.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}"],
            env={**os.environ, "BENCH_REQUESTS": file.name, "BENCH_AUTHORIZATION": world.authorization},
            capture_output=True,
            text=True,
            check=True,
        )
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    told["rate"] = told["requests"] / told["microseconds"] * 1e6
    return told


def measure(connections: int, seconds: int) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """One round: every scenario against the bare handler and against the server, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        world = asyncio.run(build(url))
        serve = ("-m", "heliograph", "serve", "--database", url, "--port", "8091", "--participant-limit", "1000000")
        quiet = ("--log-level", "warning")
        bare = ("-m", "uvicorn", "bench.bare:app", "--port", "8092", "--no-access-log", "--log-level", "error")
        found = {}
        with process(*serve, *quiet, port=8091), process(*bare, port=8092):
            for name, requests in scenarios(world).items():
                # Leaves are quicker than joins, and only who joined can leave.
                time_for = seconds * 0.4 if name == "leave" else seconds
                base = load(8092, world, requests, connections, time_for)
                found[name] = (load(8091, world, requests, connections, time_for), base)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("bench: wrk is not installed")
    rounds = [measure(given.connections, given.seconds) for _ in range(given.rounds)]
    print(f"{given.connections} connections, {given.seconds} s each, median of {given.rounds} rounds")
    for name in rounds[0]:
        ours = [one[name][0] for one in rounds]
        ratio = statistics.median(one[name][0]["rate"] / one[name][1]["rate"] for one in rounds)
        rate, bare = (statistics.median(one[name][side]["rate"] for one in rounds) for side in (0, 1))
        p50, p99 = (statistics.median(one[quantile] for one in ours) / 1000 for quantile in ("p50", "p99"))
        errors = sum(int(one["errors"]) for one in ours)
        print(
            f"{name:18} {rate:7.0f}/s  {ratio:.2f} of the bare handler's {bare:6.0f}/s  "
            f"p50 {p50:5.1f} ms  p99 {p99:6.1f} ms  errors {errors}"
        )


if __name__ == "__main__":
    main()
