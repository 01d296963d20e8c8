"""`heliograph seed` and `heliograph reset`: the initial contents of an app of a sandbox."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from heliograph.cli.connecting import connection, connection_options, send
from heliograph.errors import UsageError
from heliograph.wire.table.sandbox import EXPORT_SEED, RESET_APP, SEED_APP


@click.group()
def seed() -> None:
    """Fill an app of a sandbox, or export its contents."""


@seed.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@connection_options
def load(file: Path, url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Create what a seed file describes and the app lacks."""
    from heliograph.sandbox import seed_files

    found = seed_files.read(file)
    if len(found.apps) != 1:
        raise UsageError(f"{file}: a file with one app is needed; `heliograph dev --seed` takes several")
    body = msgspec.to_builtins(found.apps[0].body)
    created = send(connection(url, app_id, key_id, key_secret), SEED_APP, body=body)["created"]
    click.echo(", ".join(f"{count} {kind}" for kind, count in created.items()) + " created")


@seed.command()
@connection_options
def export(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Print a seed with the contents of an app, as JSON, without ids and secrets."""
    found = send(connection(url, app_id, key_id, key_secret), EXPORT_SEED)["seed"]
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


@click.command()
@connection_options
def reset(url: str, app_id: str | None, key_id: str | None, key_secret: str | None) -> None:
    """Return an app of a sandbox to its seed, with the same ids, keys and secrets.

    Without a seed, everything in the app is deleted.
    """
    send(connection(url, app_id, key_id, key_secret), RESET_APP)
