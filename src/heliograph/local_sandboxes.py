"""The sandboxes that run on this machine: `heliograph dev` writes a file that only its user can read.

Commands and tests on the same machine find its URL and its keys there, even if the database is in memory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from heliograph.errors import UsageError

log = logging.getLogger("heliograph.server")

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Connection(Struct, frozen=True):
    """A server, and the credentials of an app."""

    url: str
    app_id: str
    key_id: str
    key_secret: str
    account_key_id: str | None = None
    account_key_secret: str | None = None
    webhook_secret: str | None = None

    def variables(self) -> dict[str, str]:
        """The environment variables of the connection, which all commands read."""
        values = {
            "HELIOGRAPH_URL": self.url,
            "HELIOGRAPH_APP_ID": self.app_id,
            "HELIOGRAPH_KEY_ID": self.key_id,
            "HELIOGRAPH_KEY_SECRET": self.key_secret,
            "HELIOGRAPH_ACCOUNT_KEY_ID": self.account_key_id,
            "HELIOGRAPH_ACCOUNT_KEY_SECRET": self.account_key_secret,
            "HELIOGRAPH_WEBHOOK_SECRET": self.webhook_secret,
        }
        return {name: value for name, value in values.items() if value is not None}


@contextlib.contextmanager
def registered(started: Connection) -> Iterator[None]:
    """Let the commands of this user find a server, until the block ends."""
    try:
        path = _write(started)
    except OSError as error:  # such as a container whose file system is read-only
        log.warning("other commands cannot find this server, because its keys cannot be written: %s", error)
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _write(started: Connection) -> Path:
    path = _file_of(started.url)
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.encode(started))
    temporary.replace(path)
    return path


def running_at(url: str) -> Connection | None:
    """The `heliograph dev` that this user started at a URL of this machine, or None."""
    try:
        found = msgspec.json.decode(_file_of(url).read_bytes(), type=Connection)
        host = urlsplit(url).hostname
        if host not in (*_THIS_MACHINE, socket.gethostname(), urlsplit(found.url).hostname):
            return None  # another machine must not get the keys of this one
    except (OSError, ValueError):
        return None
    return msgspec.structs.replace(found, url=url.rstrip("/"))


def _file_of(url: str) -> Path:
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)
    return _folder() / f"{port}.json"


def _folder() -> Path:
    """The folder for the files of running servers, which only this user can enter.

    Raises:
        UsageError: the folder belongs to another user, or others can enter it.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) / "heliograph" if runtime else Path(tempfile.gettempdir()) / f"heliograph-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UsageError(f"{folder} should be a folder that only its owner, this user, can enter")
    return folder
