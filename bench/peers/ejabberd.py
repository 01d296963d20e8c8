"""ejabberd, from Debian: rooms with subscribers (MUC/Sub), called through its HTTP API, on Mnesia or PostgreSQL.

An instance needs no root: it runs `erl` as `ejabberdctl` does, in a temporary folder and without a node name. The API
accepts all calls from its loopback port, without credentials.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import engines, processes
from bench.engines import Engine
from bench.peers.peer import Peer
from bench.peers.rooms import MEMBERS, Rooms, Turn, send
from bench.processes import Process
from bench.scenarios import GROUPS, JOIN_ONE, JOIN_SPREAD, LEAVE
from bench.worlds import World

_SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
_SERVICE = "conference.localhost"
_NODES = "urn:xmpp:mucsub:nodes:messages"
_USERS = 100_000
_WORLD = World("", "")


def _missing() -> str | None:
    if not shutil.which("erl") or not _libraries():
        return "ejabberd is not installed: apt-get install ejabberd erlang-p1-pgsql"
    if not [*Path("/usr/lib").glob("*/p1_pgsql-*"), *Path("/usr/lib/erlang/lib").glob("p1_pgsql-*")]:
        return "the PostgreSQL driver of ejabberd is not installed: apt-get install erlang-p1-pgsql"
    return None


def _libraries() -> list[Path]:
    return sorted(Path("/usr/lib").glob("*/ejabberd-*"))


def _version() -> str:
    return _libraries()[-1].name.removeprefix("ejabberd-")


@contextmanager
def _serve(folder: Path, engine: Engine | None) -> Iterator[Process]:
    folder.mkdir()
    port = processes.free_port()
    settings = folder / "ejabberd.yml"
    settings.write_text(json.dumps(_settings(port, _database(engine) if engine else {})))  # JSON is YAML
    environment = {
        "EJABBERD_CONFIG_PATH": str(settings),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "ERL_LIBS": str(_libraries()[-1].parent),
        "HOME": str(folder),
    }
    command = (
        "erl",
        "-noinput",
        "+P",
        "250000",
        "-mnesia",
        "dir",
        json.dumps(str(folder / "mnesia")),
        "-s",
        "ejabberd",
    )
    with processes.running(*command, port=port, path="/api/status", environment=environment) as process:
        yield process


def _settings(port: int, database: dict[str, Any]) -> dict[str, Any]:
    room = {"allow_subscription": True, "persistent": True, "mam": False, "max_users": 10_000}
    return {
        "hosts": ["localhost"],
        "loglevel": "error",
        "listen": [
            {
                "port": port,
                "ip": "127.0.0.1",
                "module": "ejabberd_http",
                "request_handlers": {"/api": "mod_http_api"},
                "backlog": 1024,  # with the default of 5, most of 64 connections wait seconds to be accepted
            }
        ],
        "api_permissions": {"bench": {"from": ["mod_http_api"], "who": "all", "what": "*"}},
        "modules": {
            "mod_muc": {"host": _SERVICE, "default_room_options": room, "max_users": 10_000},
            "mod_muc_admin": {},
            "mod_http_api": {},
        },
        **database,
    }


def _database(engine: Engine) -> dict[str, Any]:
    url = engine.create("ejabberd")
    engines.execute(url, _SCHEMA.read_text())
    parts = urlsplit(url)
    return {
        "default_db": "sql",
        "sql_type": "pgsql",
        "sql_server": parts.hostname,
        "sql_port": parts.port,
        "sql_database": parts.path.removeprefix("/"),
        "sql_username": parts.username,
        "sql_password": parts.password,
    }


def _build(process: Process, turns: int) -> Rooms:
    listed = [f"listed-{number}" for number in range(GROUPS)]
    spread = [[f"spread-{turn}-{number}" for number in range(GROUPS)] for turn in range(turns)]
    ones = [f"one-{turn}" for turn in range(turns)]
    created = [*listed, *ones, *(room for each in spread for room in each)]
    send(process, _WORLD, [_call("create_room", name=room, service=_SERVICE, host="localhost") for room in created])
    users = [f"u{number}" for number in range(_USERS)]
    parts = [Turn(users, *rooms) for rooms in zip(spread, ones, strict=True)]
    rooms = Rooms(_WORLD, users[:MEMBERS], listed, parts, line)
    rooms.fill(process, len)
    return rooms


def line(row: str, room: str, user: str) -> str:
    """The request of a row for a room and a user, as a line of the generator."""
    jid, address = f"{user}@localhost", f"{room}@{_SERVICE}"
    if row in (JOIN_SPREAD, JOIN_ONE):
        return _call("subscribe_room", user=jid, nick=user, room=address, nodes=_NODES)
    if row == LEAVE:
        return _call("unsubscribe_room", user=jid, room=address)
    return _call("get_subscribers", name=room, service=_SERVICE)


def _call(command: str, **arguments: str) -> str:
    return f"POST\t/api/{command}\t{json.dumps(arguments)}"


PEER = Peer("ejabberd", "Mnesia", _missing, _version, _serve, _build)
