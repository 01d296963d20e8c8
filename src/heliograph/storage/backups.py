"""Backup and restore by database URL. SQLite databases are copied here; PostgreSQL has its own programs for both."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from urllib.parse import parse_qsl, urlencode, urlsplit

from heliograph.errors import UsageError
from heliograph.storage.sqlite import backups
from heliograph.storage.sqlite.backups import Advanced, Backup, Restored
from heliograph.storage.urls import MEMORY, embedded_path


def back_up(url: str, file: Path, *, overwrite: bool, with_key: bool, advanced: Advanced) -> Backup:
    """Back up the database at `url` to `file`, whether it is being served or not.

    Raises:
        UsageError: the database is on PostgreSQL or in memory, or it cannot be backed up to `file`.
    """
    path = _path_of(url, "pg_dump --format=custom --file={file} {options}", file)
    return backups.back_up(path, file, overwrite=overwrite, with_key=with_key, advanced=advanced)


def restore(file: Path, url: str, *, advanced: Advanced) -> Restored:
    """Restore the database at `url` from the backup in `file`. The database that it replaces is kept.

    Raises:
        UsageError: the database is on PostgreSQL, in memory or being served, or `file` is not a usable backup.
    """
    path = _path_of(url, "pg_restore --clean --if-exists {options} {file}", file)
    return backups.restore(file, path, advanced=advanced)


def _path_of(url: str, instead: str, file: Path) -> str:
    """The path of the SQLite database at `url`; `instead` is the command for a PostgreSQL database."""
    path = embedded_path(url)
    if path is None:
        command = instead.format(file=quote(str(file)), options=_options(url))
        raise UsageError(f"this command is for SQLite. For PostgreSQL run: {command}")
    if path == MEMORY:
        raise UsageError("a database in memory has no file: nothing of it is kept")
    return path


def _options(url: str) -> str:
    """The connection options of PostgreSQL's programs for this database, without a password."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    parameters = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("password", "search_path")]
    netloc = f"{user.partition(':')[0]}@{host}" if user else host
    address = f"postgresql://{netloc}{parts.path}{'?' if parameters else ''}{urlencode(parameters, safe='/')}"
    schemas = [f"--schema={quote(value)}" for name, value in parse_qsl(parts.query) if name == "search_path"]
    return " ".join([f"--dbname={quote(address)}", *schemas])
