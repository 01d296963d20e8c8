"""`heliograph backup` and `heliograph restore`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import click

from heliograph.cli.options import database_option, json_option, print_json
from heliograph.errors import UsageError
from heliograph.storage.opening import MEMORY, embedded_path

if TYPE_CHECKING:
    from heliograph.storage.sqlite.backups import Advanced

_NICENESS = 10


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
    from heliograph.storage.sqlite.backups import back_up

    where = _path_of(url, "pg_dump --format=custom --file={file} {options}", file)
    os.nice(_NICENESS)  # a server has precedence
    with _progress("backing up") as advanced:
        made = back_up(where, file, overwrite=overwrite, with_key=not without_key, advanced=advanced)
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
    from heliograph.storage.sqlite.backups import restore as restore_backup

    where = _path_of(url, "pg_restore --clean --if-exists {options} {file}", file)
    with _progress("restoring") as advanced:
        done = restore_backup(file, where, advanced=advanced)
    if as_json:
        print_json({"file": str(done.file), "replaced": str(done.replaced) if done.replaced else None,
                    "schemaVersion": done.schema_version})  # fmt: skip
        return
    click.echo(f"restored {done.file} from {file} (schema version {done.schema_version})")
    if done.replaced:
        click.echo(f"the database that was there is kept as {done.replaced}")


def _path_of(url: str, instead: str, file: Path) -> str:
    """The path of a SQLite database.

    Raises:
        UsageError: the database is on PostgreSQL, where `instead` does what is wanted, or in memory.
    """
    path = embedded_path(url)
    if path is None:
        command = instead.format(file=quote(str(file)), options=_options(url))
        raise UsageError(f"this command is for SQLite. For PostgreSQL run: {command}")
    if path == MEMORY:
        raise UsageError("a database in memory has no file: nothing of it is kept")
    return path


def _options(url: str) -> str:
    """The options with which PostgreSQL's own programs reach the database; never a password."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    parameters = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("password", "search_path")]
    netloc = f"{user.partition(':')[0]}@{host}" if user else host
    address = f"postgresql://{netloc}{parts.path}{'?' if parameters else ''}{urlencode(parameters, safe='/')}"
    schemas = [f"--schema={quote(value)}" for name, value in parse_qsl(parts.query) if name == "search_path"]
    return " ".join([f"--dbname={quote(address)}", *schemas])


@contextmanager
def _progress(label: str) -> Iterator[Advanced]:
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def advanced(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield advanced
