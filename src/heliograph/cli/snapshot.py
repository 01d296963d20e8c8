"""`heliograph snapshot`: states of a sandbox to which it can return."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from heliograph.cli.connecting import connection, connection_options, receive, send
from heliograph.cli.options import json_option, print_json
from heliograph.wire.table.sandbox import (
    DELETE_SNAPSHOT,
    EXPORT_SNAPSHOT,
    IMPORT_SNAPSHOT,
    LIST_SNAPSHOTS,
    RESTORE_SNAPSHOT,
    SAVE_SNAPSHOT,
)


@click.group()
def snapshot() -> None:
    """Save the database of a sandbox, with all its apps, and restore it."""


@snapshot.command()
@click.argument("name")
@connection_options
def save(name: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Save the database under a name. Replaces a snapshot of the same name."""
    _print(
        send(connection(url, app_id, key_id, key_secret, account=True), SAVE_SNAPSHOT, body={"name": name})["snapshot"]
    )


@snapshot.command()
@click.argument("name")
@connection_options
def restore(name: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Return the database to a snapshot, keys included."""
    send(connection(url, app_id, key_id, key_secret, account=True), RESTORE_SNAPSHOT, name)


@snapshot.command("list")
@connection_options
@json_option
def list_(url: str, app_id: str | None, key_id: str | None, key_secret: str | None, as_json: bool) -> None:
    """List the snapshots."""
    found = send(connection(url, app_id, key_id, key_secret, account=True), LIST_SNAPSHOTS)["snapshots"]
    if as_json:
        print_json(found)
        return
    for one in found:
        _print(one)


@snapshot.command()
@click.argument("name")
@connection_options
def delete(name: str, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Delete a snapshot."""
    send(connection(url, app_id, key_id, key_secret, account=True), DELETE_SNAPSHOT, name)


@snapshot.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@connection_options
def export(name: str, file: Path, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Write a snapshot to a file: a SQLite database with its master key in it."""
    with click.open_file(str(file), "wb", atomic=True) as out:
        for chunk in receive(connection(url, app_id, key_id, key_secret, account=True), EXPORT_SNAPSHOT, name):
            out.write(chunk)


@snapshot.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@connection_options
def import_(name: str, file: Path, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Add the file of an exported snapshot, of this server or another."""
    _print(
        send(
            connection(url, app_id, key_id, key_secret, account=True), IMPORT_SNAPSHOT, name, content=file.read_bytes()
        )["snapshot"]
    )


def _print(found: dict[str, Any]) -> None:
    click.echo(f"{found['name']}  {found['createdAt']}  {found['size']} bytes")
