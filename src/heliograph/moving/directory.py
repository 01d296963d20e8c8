"""An app in a directory: a file of JSON lines for each kind of record, and a manifest with their checksums."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec
from msgspec import Struct

from heliograph.errors import UsageError
from heliograph.moving.report import Record

FORMAT = "heliograph-export"
VERSION = 1
MANIFEST = "manifest.json"
IMPORTED = ("user", "client", "device", "conversation", "message", "participant")
"""The kinds of records that are imported, in the order in which they refer to each other."""
KINDS = (*IMPORTED, "integration", "webhook")
_READ_BYTES = 1 << 20


class FileSummary(Struct):
    """A file of a directory."""

    records: int
    bytes: int
    sha256: str


class Manifest(Struct, rename="camel"):
    """The contents of a directory. Each record shows its state at some time between the two times."""

    format: str
    version: int
    source: str
    app: dict[str, Any]
    started_at: str
    finished_at: str
    files: dict[str, FileSummary]


def name_of(kind: str) -> str:
    """The name of the file of a kind of record."""
    return f"{kind}s.ndjson"


class _File:
    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = open(path, "wb")
        self._hash = hashlib.sha256()
        self._records = self._bytes = 0

    def add(self, record: Record) -> None:
        line = msgspec.json.encode(record) + b"\n"
        self._file.write(line)
        self._hash.update(line)
        self._records += 1
        self._bytes += len(line)

    def close(self) -> FileSummary:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return FileSummary(self._records, self._bytes, self._hash.hexdigest())

    def abandon(self) -> None:
        with suppress(OSError):  # closing the file writes its buffer
            self._file.close()


class DirectoryWriter:
    """Writes a directory under a temporary name; `complete` gives it its name. Without `complete`, it is deleted.

    Raises:
        UsageError: the directory exists already, or cannot be written. A full disk may be reported only at the end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
        if path.exists():
            raise UsageError(f"{path} exists already")
        try:
            self._partial.mkdir(parents=True, mode=0o700)
            self._files = {kind: _File(self._partial / name_of(kind)) for kind in KINDS}
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error}") from None

    def add(self, record: Record) -> None:
        """Write a record."""
        self._files[record["kind"]].add(record)

    def complete(self, source: str, app: dict[str, Any], started_at: str, finished_at: str) -> Manifest:
        """Write the manifest, and give the directory its name.

        Raises:
            UsageError: another directory with this name was created in the meantime.
        """
        files = {name_of(kind): file.close() for kind, file in self._files.items()}
        manifest = Manifest(FORMAT, VERSION, source, app, started_at, finished_at, files)
        with open(self._partial / MANIFEST, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.rename(self._partial, self._path)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {error}") from None
        return manifest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.abandon()
        shutil.rmtree(self._partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise UsageError(f"{self._path} cannot be written: {error}") from None


def verified(path: Path) -> Manifest:
    """Check that all files of a directory are present and unchanged; returns its manifest.

    Raises:
        UsageError: a file is missing or was changed, or the directory is not an export.
    """
    try:
        manifest = msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not an exported app: {error}") from None
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise UsageError(f"{path} has the format {manifest.format} {manifest.version}, which this version cannot read")
    for name, expected in manifest.files.items():
        if Path(name).name != name or _sha256(path / name) != expected.sha256:
            raise UsageError(f"{path / name} is not what was exported: its checksum differs")
    _require_complete(path, manifest)
    return manifest


def _require_complete(path: Path, manifest: Manifest) -> None:
    """Require that the manifest lists a file for each kind of record, and each file of records in the directory."""
    needed = {name_of(kind) for kind in KINDS} | {file.name for file in path.glob("*.ndjson")}
    if missing := sorted(needed - manifest.files.keys()):
        raise UsageError(f"{path / MANIFEST} is not what was exported: it lacks {', '.join(missing)}")


def _sha256(path: Path) -> str | None:
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while data := file.read(_READ_BYTES):
                found.update(data)
    except OSError:
        return None
    return found.hexdigest()


def records(path: Path, manifest: Manifest, kind: str) -> Iterator[Record]:
    """The records of a kind.

    Raises:
        UsageError: a line is not a record of this kind.
    """
    name = name_of(kind)
    if name not in manifest.files:
        return
    with open(path / name, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                record = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                record = None
            if not isinstance(record, dict) or record.get("kind") != kind or not isinstance(record.get(kind), dict):
                raise UsageError(f"{path / name}:{number} is not a record of the kind {kind}")
            yield record
