"""Synapse, from PyPI in a separate virtual environment: public rooms, called as an application service.

The application service acts for all users, and has no rate limits.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from bench import processes
from bench.engines import Engine
from bench.load import LOADER
from bench.peers.peer import Peer
from bench.peers.rooms import MEMBERS, Rooms, Turn, call, send
from bench.processes import Process
from bench.scenarios import GROUPS, JOIN_ONE, JOIN_SPREAD, LEAVE
from bench.worlds import World

_PACKAGE = "matrix-synapse[postgres]==1.163.2"
_FOLDER = LOADER.parent / "synapse"
_PYTHON = _FOLDER / "bin/python"
_HOMESERVER = "synapse.app.homeserver"
_API = "/_matrix/client/v3"
_HOST = "host"
_LISTED = 5
_USERS = 150
"""Users of each turn; a turn ends early if all of them have joined."""
_UNLIMITED = {"per_second": 1_000_000, "burst_count": 1_000_000}
_TOKEN = secrets.token_hex(16)
_WORLD = World("", f"Bearer {_TOKEN}")


def _install() -> str | None:
    if _version():
        return None
    print(f"installing {_PACKAGE} in {_FOLDER}", file=sys.stderr)
    venv.create(_FOLDER, with_pip=True)
    done = subprocess.run([_PYTHON, "-m", "pip", "install", "--quiet", _PACKAGE], check=False)
    return f"Synapse could not be installed: {_PYTHON} -m pip install '{_PACKAGE}'" if done.returncode else None


def _version() -> str:
    """The installed version, or an empty string."""
    if not _PYTHON.exists():
        return ""
    program = "from importlib.metadata import version; print(version('matrix-synapse'))"
    return subprocess.run([_PYTHON, "-c", program], capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def _serve(folder: Path, engine: Engine | None) -> Iterator[Process]:
    folder.mkdir()
    port = processes.free_port()
    service, logging, settings = folder / "service.yaml", folder / "logging.yaml", folder / "homeserver.yaml"
    for path, content in (
        (service, _service()),
        (logging, {"version": 1, "root": {"level": "ERROR"}}),
        (settings, _settings(folder, port, _database(folder, engine))),
    ):
        path.write_text(json.dumps(content))  # JSON is YAML
    command = [str(_PYTHON), "-m", _HOMESERVER, "-c", str(settings)]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True)
    with processes.running(*command, port=port, path="/_matrix/client/versions") as process:
        yield process


def _service() -> dict[str, Any]:
    return {
        "id": "bench",
        "url": None,
        "as_token": _TOKEN,
        "hs_token": secrets.token_hex(16),
        "sender_localpart": "bench",
        "rate_limited": False,
        "namespaces": {"users": [{"exclusive": False, "regex": "@.*"}], "rooms": [], "aliases": []},
    }


def _settings(folder: Path, port: int, database: dict[str, Any]) -> dict[str, Any]:
    listener = {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": [{"names": ["client"]}]}
    return {
        "server_name": "localhost",
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "pid_file": str(folder / "pid"),
        "log_config": str(folder / "logging.yaml"),
        "app_service_config_files": [str(folder / "service.yaml")],
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "presence": {"enabled": False},
        "trusted_key_servers": [],
        "listeners": [listener],
        "database": database,
        "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
        "rc_joins_per_room": _UNLIMITED,
    }


def _database(folder: Path, engine: Engine | None) -> dict[str, Any]:
    if engine is None:
        return {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}}
    parts = urlsplit(engine.create("synapse"))
    arguments = {
        "host": parts.hostname,
        "port": parts.port,
        "dbname": parts.path.removeprefix("/"),
        "user": parts.username,
        "password": parts.password,
        "cp_min": 5,
        "cp_max": 10,
    }
    return {"name": "psycopg2", "args": arguments, "allow_unsafe_locale": True}


def _build(process: Process, turns: int) -> Rooms:
    members = [f"m{number}" for number in range(MEMBERS)]
    users = [[f"u{turn}-{number}" for number in range(_USERS)] for turn in range(turns)]
    registered = [_HOST, *members, *(user for each in users for user in each)]
    send(process, _WORLD, [_registration(user) for user in registered])
    with ThreadPoolExecutor(8) as threads:
        created = list(threads.map(partial(_room, process), [members[0]] * _LISTED + [_HOST] * (GROUPS + turns)))
    listed, spread, ones = created[:_LISTED], created[_LISTED:-turns], created[-turns:]
    # Rooms take long to create, so all turns spread their joins over the same rooms, with different users in each turn.
    rooms = Rooms(_WORLD, members, listed, [Turn(users[turn], spread, ones[turn]) for turn in range(turns)], line)
    rooms.fill(process, lambda shown: len(shown["joined"]))
    return rooms


def _registration(user: str) -> str:
    body = {"type": "m.login.application_service", "username": user, "inhibit_login": True}
    return f"POST\t{_API}/register\t{json.dumps(body)}"


def _room(process: Process, creator: str) -> str:
    """Create a room; returns its id."""
    create = f'POST\t{_API}/createRoom{_as(creator)}\t{{"preset":"public_chat"}}'
    created: str = call(process, _WORLD, create)["room_id"]
    return quote(created, safe="")


def line(row: str, room: str, user: str) -> str:
    """The request of a row for a room and a user, as a line of the generator."""
    path = f"{_API}/rooms/{room}"
    if row in (JOIN_SPREAD, JOIN_ONE):
        return f"POST\t{path}/join{_as(user)}\t{{}}"
    if row == LEAVE:
        return f"POST\t{path}/leave{_as(user)}\t{{}}"
    return f"GET\t{path}/joined_members{_as(user)}\t"


def _as(user: str) -> str:
    return f"?user_id=%40{user}%3Alocalhost"


PEER = Peer("synapse", "SQLite", _install, _version, _serve, _build)
