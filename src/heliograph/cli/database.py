"""`heliograph migrate`, `distribute`, `copy`, `compact`, `backup` and `restore`: commands for whole databases."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json
from heliograph.errors import UsageError
from heliograph.storage.distribution import DEFAULT_SHARDS
from heliograph.storage.store import Store

_NICENESS = 10


@click.command()
@database_option
def migrate(url: str) -> None:
    """Migrate the database to the schema of this version.

    `heliograph serve` does so by itself. On PostgreSQL it can run while servers of the previous release serve.
    """
    from heliograph.storage.rows import meta

    async def result(store: Store) -> str:
        return f"{store.name} has schema version {await store.read(meta.get, 'schema_version')}"

    logging.basicConfig(format="%(message)s", level=logging.INFO)  # an index of a large table takes minutes
    click.echo(in_store(url, result))


@click.command()
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    default=DEFAULT_SHARDS,
    show_default=True,
    help="Number of shards; only the first run uses it.",
)
@database_option
@json_option
def distribute(shards: int, url: str, as_json: bool) -> None:
    """Distribute the tables over the machines of a Citus cluster. The database must be its coordinator.

    Migrates the database first. Run it again after an upgrade: it distributes the new tables.
    """
    from heliograph.storage import distributing

    logging.basicConfig(format="%(message)s", level=logging.INFO)  # shows that existing rows are moved
    name, found = asyncio.run(distributing.distribute(url, shards))
    if as_json:
        print_json({"dividedTables": found.divided, "copiedTables": found.copied, "shards": found.shards,
                    "machines": found.machines})  # fmt: skip
        return
    click.echo(
        f"{name}: {found.divided} tables are in {found.shards} shards on {found.machines} machines, and "
        f"{found.copied} tables are copied to each machine"
    )


@click.command()
@click.option("--from", "source", required=True, help="Source database URL; it must not be served during the copy.")
@click.option("--to", "target", required=True, help="Target database URL; the database must be empty.")
def copy(source: str, target: str) -> None:
    """Copy a whole database to another, between SQLite and PostgreSQL or within either.

    Run the command again to resume an interrupted copy. At the end every table is compared with its source.
    """
    if source == target:
        raise UsageError("a database cannot be copied to itself")
    rows = asyncio.run(_copy(source, target))
    click.echo(f"copied and verified {rows} rows")


async def _copy(source: str, target: str) -> int:
    """Copy `source` to `target`; returns the number of rows."""
    from heliograph.storage import copying
    from heliograph.storage.opening import open_store, open_unfinished

    # Opened as by a server, so that no other process can serve a SQLite file during the copy.
    async with (
        aclosing(await open_store(source, serve=True)) as origin,
        aclosing(await open_unfinished(target, serve=True)) as destination,
    ):
        with _progress("copying") as advanced:
            return await copying.copy(origin, destination, advanced)


@click.command()
@database_option
@json_option
def compact(url: str, as_json: bool) -> None:
    """Rewrite a database, so that deleted values, such as those of an erased person, do not remain in unused space.

    Stop the server of a SQLite file first. On PostgreSQL, servers can run, and their requests wait for each table.
    """
    from heliograph.storage import compacting

    result = asyncio.run(compacting.compact(url))
    if as_json:
        print_json({"database": result.name, "bytesBefore": result.before, "bytes": result.after})
        return
    click.echo(f"compacted {result.name}: {result.before} bytes before, {result.after} bytes now")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option("--without-key", is_flag=True, help="Do not back up the master key; keep it elsewhere.")
@database_option
@json_option
def backup(file: Path, overwrite: bool, without_key: bool, url: str, as_json: bool) -> None:
    """Back up a SQLite database to FILE, whether a server is running or not.

    The master key, which decrypts the secrets in the database, is written to FILE.key. FILE appears only when it is
    complete and on disk.
    """
    from heliograph.storage.backups import back_up

    os.nice(_NICENESS)  # a server takes precedence
    with _progress("backing up") as advanced:
        result = back_up(url, file, overwrite=overwrite, with_key=not without_key, advanced=advanced)
    if as_json:
        print_json({"file": str(result.file), "keyFile": str(result.key) if result.key else None,
                    "bytes": result.bytes, "schemaVersion": result.schema_version})  # fmt: skip
        return
    click.echo(f"backed up to {result.file} ({result.bytes} bytes, schema version {result.schema_version})")
    if result.key:
        click.echo(f"master key in {result.key}: anyone with both files can read the secrets of all keys")
    else:
        click.echo("the master key is not included: keep it elsewhere, a restore needs it")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@database_option
@json_option
def restore(file: Path, url: str, as_json: bool) -> None:
    """Restore a SQLite database from the backup FILE. Stop the server first.

    The backup is verified before anything is changed, and the replaced database is kept under another name.
    """
    from heliograph.storage import backups

    with _progress("restoring") as advanced:
        result = backups.restore(file, url, advanced=advanced)
    if as_json:
        print_json({"file": str(result.file), "replaced": str(result.replaced) if result.replaced else None,
                    "schemaVersion": result.schema_version})  # fmt: skip
        return
    click.echo(f"restored {result.file} from {file} (schema version {result.schema_version})")
    if result.replaced:
        click.echo(f"the previous database is kept as {result.replaced}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal; yields the callback that takes the position and the total."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def advanced(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield advanced
