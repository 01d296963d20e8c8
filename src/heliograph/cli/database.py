"""`heliograph migrate`, `copy`, `backup` and `restore`: commands about a whole database."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json
from heliograph.errors import UsageError
from heliograph.storage.store import Store

_NICENESS = 10


@click.command()
@database_option
def migrate(url: str) -> None:
    """Bring the database to the schema of this version.

    `heliograph serve` does so by itself. A database that is being served by an older version is left alone.
    """
    from heliograph.storage.migrations import LATEST

    async def done(store: Store) -> str:
        return store.name

    click.echo(f"{in_store(url, done)} has schema version {LATEST}")


@click.command()
@click.option("--from", "source", required=True, help="Database URL to copy from; it must not be served meanwhile.")
@click.option("--to", "target", required=True, help="Database URL to copy to; it must be empty.")
def copy(source: str, target: str) -> None:
    """Copy a whole database, from any engine to any other.

    An interrupted copy is resumed when the command is run again. At the end every table of the copy is compared with
    its source.
    """
    if source == target:
        raise UsageError("a database cannot be copied to itself")
    rows = asyncio.run(_copy(source, target))
    click.echo(f"copied {rows} rows, and found them equal")


async def _copy(source: str, target: str) -> int:
    """Copy `source` to `target`; returns the number of rows."""
    from heliograph.storage import copying
    from heliograph.storage.opening import open_store, open_unfinished

    # Both are opened as a server opens them, so that no other process can serve a SQLite file meanwhile.
    async with (
        aclosing(await open_store(source, serve=True)) as origin,
        aclosing(await open_unfinished(target, serve=True)) as destination,
    ):
        with _progress("copying") as advanced:
            return await copying.copy(origin, destination, advanced)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
@click.option("--without-key", is_flag=True, help="Leave the master key out; keep it elsewhere.")
@database_option
@json_option
def backup(file: Path, overwrite: bool, without_key: bool, url: str, as_json: bool) -> None:
    """Back up a SQLite database to FILE, while it is served or not.

    The master key, which opens the secrets in the database, is written to FILE.key. FILE appears when it is complete
    and on disk, or not at all.
    """
    from heliograph.storage.backups import back_up

    os.nice(_NICENESS)  # a server has precedence
    with _progress("backing up") as advanced:
        made = back_up(url, file, overwrite=overwrite, with_key=not without_key, advanced=advanced)
    if as_json:
        print_json({"file": str(made.file), "keyFile": str(made.key) if made.key else None,
                    "bytes": made.bytes, "schemaVersion": made.schema_version})  # fmt: skip
        return
    click.echo(f"backed up to {made.file} ({made.bytes} bytes, schema version {made.schema_version})")
    if made.key:
        click.echo(f"master key in {made.key}: whoever has both can read the secrets of all keys")
    else:
        click.echo("without the master key: keep it elsewhere, a restore needs it")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@database_option
@json_option
def restore(file: Path, url: str, as_json: bool) -> None:
    """Restore a SQLite database from FILE, a backup. Stop the server first.

    The backup is checked before anything is changed, and the database that is replaced is kept under another name.
    """
    from heliograph.storage import backups

    with _progress("restoring") as advanced:
        done = backups.restore(file, url, advanced=advanced)
    if as_json:
        print_json({"file": str(done.file), "replaced": str(done.replaced) if done.replaced else None,
                    "schemaVersion": done.schema_version})  # fmt: skip
        return
    click.echo(f"restored {done.file} from {file} (schema version {done.schema_version})")
    if done.replaced:
        click.echo(f"the database that was there is kept as {done.replaced}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal; yields the callback that takes the position and the total."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def advanced(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield advanced
