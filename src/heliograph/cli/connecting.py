"""The options with which commands connect to a server, and the servers that run on this machine.

`heliograph dev` writes a file with the credentials of its sandbox, which only the same user can read. So commands on
the same machine need no options, even if the database is in memory.
"""

from __future__ import annotations

import base64
import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click
import msgspec
from msgspec import Struct

from heliograph.cli.options import DEFAULT_URL
from heliograph.cli.probing import probe
from heliograph.errors import UsageError
from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.sandbox import SANDBOX_TAG

if TYPE_CHECKING:
    from heliograph import Client
    from heliograph.domain.sandbox import Sandbox
    from heliograph.storage.store import Store

F = TypeVar("F", bound=Callable[..., Any])
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

    def client(self, *, account: bool = False) -> Client:
        """A client with the key of the app, or with that of the account.

        Raises:
            UsageError: the key of the account is unknown.
        """
        from heliograph import BasicAuth, Client

        if not account:
            return Client(self.url, auth=BasicAuth(self.key_id, self.key_secret))
        if self.account_key_id is None or self.account_key_secret is None:
            raise UsageError(
                "an account key is needed: set HELIOGRAPH_ACCOUNT_KEY_ID and HELIOGRAPH_ACCOUNT_KEY_SECRET"
            )
        return Client(self.url, auth=BasicAuth(self.account_key_id, self.account_key_secret))


async def connection_of(store: Store, sandbox: Sandbox, url: str) -> Connection:
    """The connection to the sandbox app of a database, with the secret of its first webhook."""
    from heliograph.storage.rows import webhooks

    found = await store.read(webhooks.of_app, sandbox.app.id)
    return Connection(
        url.rstrip("/"),
        sandbox.app.id,
        sandbox.app_key.id,
        sandbox.app_key.secret,
        sandbox.account_key.id,
        sandbox.account_key.secret,
        store.sealer.open(found[0].id, found[0].secret) if found else None,
    )


url_option = click.option(
    "--url",
    envvar="HELIOGRAPH_URL",
    default=DEFAULT_URL,
    show_default=True,
    show_envvar=True,
    help="URL of the server.",
)


def key_options(command: F) -> F:
    """Add the options that name an app and a key of it."""
    for flag, variable, about in (
        ("--key-secret", "HELIOGRAPH_KEY_SECRET", "Secret of the API key; prefer the environment variable."),
        ("--key-id", "HELIOGRAPH_KEY_ID", "Id of an API key of the app."),
        ("--app", "HELIOGRAPH_APP_ID", "Id of the app. Without it, that of a local `heliograph dev`."),
    ):
        name = "app_id" if flag == "--app" else None
        names = [flag, name] if name else [flag]
        command = click.option(*names, envvar=variable, show_envvar=True, help=about)(command)
    return command


def connection_options(command: F) -> F:
    """Add the options of a connection to a command; `connection` makes one of their values."""
    return url_option(key_options(command))


def connection(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> Connection:
    """The connection that the options describe; what they lack is that of a local `heliograph dev`.

    Raises:
        UsageError: no such server runs on this machine.
    """
    if app_id and key_id and key_secret:
        return Connection(
            url.rstrip("/"),
            app_id,
            key_id,
            key_secret,
            os.environ.get("HELIOGRAPH_ACCOUNT_KEY_ID"),
            os.environ.get("HELIOGRAPH_ACCOUNT_KEY_SECRET"),
        )
    found = running_at(url)
    if found is None:
        raise UsageError(f"no `heliograph dev` of this user runs at {url}: give --app, --key-id and --key-secret")
    if app_id and app_id != found.app_id:
        raise UsageError(f"--key-id and --key-secret of app {app_id} are needed")
    return found


@contextlib.contextmanager
def registered(started: Connection) -> Iterator[None]:
    """Let the commands of this user find a server, until the block ends."""
    path = _file_of(started.url)
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.encode(started))
    temporary.replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def running_at(url: str) -> Connection | None:
    """The `heliograph dev` that this user started at a URL of this machine, or None."""
    try:
        found = msgspec.json.decode(_file_of(url).read_bytes(), type=Connection)
    except (OSError, ValueError):
        return None
    return msgspec.structs.replace(found, url=url.rstrip("/"))


def tool(to: Connection, name: str) -> Any:
    """The JSON of a sandbox tool that the server may not have: `GET …/sandbox/NAME`; None without it."""
    credentials = base64.b64encode(f"{to.key_id}:{to.key_secret}".encode()).decode()
    path = f"/heliograph/v1/apps/{to.app_id}/sandbox/{name}"
    found = probe(to.url, path, headers={"authorization": f"Basic {credentials}"})
    return None if found.problem is not None else msgspec.json.decode(found.body)


def _file_of(url: str) -> Path:
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)
    return _folder() / f"{port}.json"


def _folder() -> Path:
    """The folder for the files of running servers, which only this user can enter.

    Raises:
        UsageError: another user made it.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) / "heliograph" if runtime else Path(tempfile.gettempdir()) / f"heliograph-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UsageError(f"{folder} should be a folder that only its owner, this user, can enter")
    return folder


def send(
    to: Connection,
    operation: AnyOperation,
    *path: str,
    body: object = None,
    page: Mapping[str, Any] | None = None,
    filters: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Call an operation of the table, or of the sandbox tools; returns the JSON of the response.

    An operation that needs an account key gets that of the connection. `path` has the values of the path parameters
    after the app.

    Raises:
        UsageError: an argument is invalid, the server refused it, or no response arrived.
    """
    from heliograph import Model
    from heliograph.client.requesting import build
    from heliograph.errors import ApiError, HeliographError

    values = (to.app_id, *path) if operation.template.names[:1] == ("appId",) else path
    try:
        prepared = build(operation, values, body, page=page, filter_fields=filters, query=query)
        with to.client(account=operation.scope is Scope.ACCOUNT) as client:
            return client.send(prepared, Model).to_dict()
    except ApiError as error:
        if error.status == 404 and operation.tag == SANDBOX_TAG and error.code == "not_found":
            raise UsageError(f"{to.url} has no sandbox tools, or does not know what was named: {error}") from None
        raise UsageError(f"{to.url} responded with status {error.status}: {error}") from None
    except HeliographError as error:
        raise UsageError(str(error)) from None
