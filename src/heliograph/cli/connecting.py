"""The options with which commands connect to a server: by default, to the `heliograph dev` of the same user."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from heliograph.cli.options import DEFAULT_URL
from heliograph.errors import UsageError
from heliograph.local_sandboxes import Connection, running_at
from heliograph.wire.formats import Bytes
from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.console import CONSOLE_OPERATIONS

if TYPE_CHECKING:
    from heliograph import Client
    from heliograph.client.requesting import PreparedRequest
    from heliograph.domain.sandbox import SandboxApp
    from heliograph.storage.store import Store

F = TypeVar("F", bound=Callable[..., Any])


def client_of(connection: Connection, *, account: bool = False) -> Client:
    """A client with the key of the app, or with that of the account.

    Raises:
        UsageError: the key of the account is unknown.
    """
    from heliograph import BasicAuth, Client

    if not account:
        return Client(connection.url, auth=BasicAuth(connection.key_id, connection.key_secret))
    if connection.account_key_id is None or connection.account_key_secret is None:
        raise UsageError("set HELIOGRAPH_ACCOUNT_KEY_ID and HELIOGRAPH_ACCOUNT_KEY_SECRET: an account key is needed")
    return Client(connection.url, auth=BasicAuth(connection.account_key_id, connection.account_key_secret))


async def connection_of(store: Store, sandbox: SandboxApp, url: str) -> Connection:
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
    """Add the options that name an app and its key."""
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
    """Add the options of a connection to a command. `connection` converts their values to a Connection."""
    return url_option(key_options(command))


def connection(
    url: str, app_id: str | None, key_id: str | None, key_secret: str | None, *, account: bool = False
) -> Connection:
    """The connection that the options describe. Missing options default to a local `heliograph dev`.

    With `account`, an account key in the environment is enough.

    Raises:
        UsageError: options are missing, and no `heliograph dev` with this URL and app runs on this machine.
    """
    account_key = (os.environ.get("HELIOGRAPH_ACCOUNT_KEY_ID"), os.environ.get("HELIOGRAPH_ACCOUNT_KEY_SECRET"))
    if (app_id and key_id and key_secret) or (account and all(account_key)):
        return Connection(url.rstrip("/"), app_id or "", key_id or "", key_secret or "", *account_key)
    found = running_at(url)
    if found is None:
        raise UsageError(f"no `heliograph dev` of this user runs at {url}: give --app, --key-id and --key-secret")
    if app_id and app_id != found.app_id:
        raise UsageError(f"--key-id and --key-secret of app {app_id} are needed")
    return found


def send(
    to: Connection,
    operation: AnyOperation,
    *path: str,
    body: object = None,
    page: Mapping[str, Any] | None = None,
    filters: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    account: bool = False,
) -> dict[str, Any]:
    """Call an operation of the table, of the sandbox tools or of the console; returns the JSON of the response.

    The account key of the connection is used if the operation requires one, or if `account` is set. `path` has the
    values of the path parameters after the app. `content` is the content of a file, for operations that take one.

    Raises:
        UsageError: an argument is invalid, the server refused the request, or no response arrived.
    """
    from heliograph import Model

    with _reported(to, operation):
        prepared = _prepared(to, operation, path, body, page=page, filter_fields=filters, query=query)
        if content is not None:
            prepared = msgspec.structs.replace(prepared, content=content, content_type=Bytes.media_type)
        with client_of(to, account=account or operation.scope is Scope.ACCOUNT) as client:
            return client.send(prepared, Model).to_dict()


def receive(to: Connection, operation: AnyOperation, *path: str) -> Iterator[bytes]:
    """The file with which an operation responds, in chunks.

    Raises:
        UsageError: the server refused the request, or the response did not arrive.
    """
    from heliograph.client.options import Options

    with _reported(to, operation), client_of(to, account=operation.scope is Scope.ACCOUNT) as client:
        with client.open(_prepared(to, operation, path), Options()) as chunks:
            yield from chunks


def _prepared(
    to: Connection, operation: AnyOperation, path: tuple[str, ...], body: object = None, **query: Any
) -> PreparedRequest:
    from heliograph.client.requesting import build

    values = (to.app_id, *path) if operation.template.names[:1] == ("appId",) else path
    return build(operation, values, body, **query)


@contextlib.contextmanager
def _reported(to: Connection, operation: AnyOperation) -> Iterator[None]:
    """Convert errors of the client to a UsageError."""
    from heliograph.errors import ApiError, HeliographError

    try:
        yield
    except ApiError as error:
        if error.status == 404 and operation in CONSOLE_OPERATIONS and error.code == "not_found":
            raise UsageError(f"{to.url} has no console: start the server with --console yes") from None
        if error.status == 404 and operation.is_sandbox_tool and error.code == "not_found":
            raise UsageError(f"{to.url} has no sandbox tools, or the named object does not exist: {error}") from None
        raise UsageError(f"{to.url} responded with status {error.status}: {error}") from None
    except HeliographError as error:
        raise UsageError(str(error)) from None
