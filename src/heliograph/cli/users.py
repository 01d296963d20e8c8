"""`heliograph users`: exports the data about a person, and erases the person."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import click

from heliograph.cli.connecting import connection, connection_options, receive, send
from heliograph.cli.options import json_option, print_json
from heliograph.errors import UsageError
from heliograph.wire.table.extensions.people import ERASE_USER, EXPORT_USER
from heliograph.wire.table.v2.users import GET_USER

_END = b'{"type":"end",'
_LAST_BYTES = 4096
"""More than the length of the last line."""


@click.group()
def users() -> None:
    """Export the data about a person, and erase the person."""


@users.command()
@click.argument("user")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@connection_options
def export(
    user: str, file: Path | None, url: str, app_id: str | None, key_id: str | None, key_secret: str | None
) -> None:
    """Write all data about USER, an id or external id, to FILE: one JSON object in each line.

    Without FILE, print it. FILE appears only when the export is complete.
    """
    lines = receive(connection(url, app_id, key_id, key_secret), EXPORT_USER, user)
    if file is None:
        _write(lines, sys.stdout.buffer)
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as out:
            _write(lines, out)
        part.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _write(lines: Iterator[bytes], out: BinaryIO) -> None:
    """Write an export.

    Raises:
        UsageError: the export is not complete.
    """
    last = b""
    for chunk in lines:
        out.write(chunk)
        last = (last + chunk)[-_LAST_BYTES:]
    if not last.rstrip(b"\n").rpartition(b"\n")[2].startswith(_END):
        raise UsageError("the export ended early: run the command again")


@users.command()
@click.argument("user")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@connection_options
@json_option
def erase(
    user: str,
    yes: bool,
    url: str,
    app_id: str | None,
    key_id: str | None,
    key_secret: str | None,
    as_json: bool,
) -> None:
    """Delete USER, an id or external id, and remove what identifies the person from the remaining data.

    This cannot be undone. After an interruption, run the command again with --yes.
    """
    to = connection(url, app_id, key_id, key_secret)
    if not yes:
        _confirm(send(to, GET_USER, user)["user"])
    while (erasure := send(to, ERASE_USER, user)["erasure"])["status"] == "running":
        click.echo("still erasing", err=True)
    if as_json:
        print_json(erasure)
        return
    _print(erasure)


def _confirm(user: dict[str, Any]) -> None:
    profile = user["profile"]
    names = [profile.get("givenName"), profile.get("surname"), profile.get("email"), user.get("externalId")]
    known = ", ".join(one for one in names if one)
    if not sys.stdin.isatty():
        raise UsageError("confirm with --yes: there is no terminal to ask at")
    click.confirm(f"Erase user {user['id']}{f' ({known})' if known else ''}? It cannot be undone", abort=True)


def _print(erasure: dict[str, Any]) -> None:
    click.echo(f"erased as {erasure['pseudonym']}")
    for verb in ("removed", "changed"):
        for kind, count in erasure[verb].items():
            click.echo(f"  {verb} {count} {kind}")
    click.echo("what stays:")
    for one in erasure["kept"]:
        about = [str(one[name]) for name in ("name", "createdAt", "count") if name in one]
        named = f" ({', '.join(about)})" if about else ""
        click.echo(f"  {one['what']}{named}: {one['why']}")
