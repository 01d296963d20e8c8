"""The progress of an import, in a file: an interrupted import resumes, and the next import finds the changes.

The file is a journal of JSON lines, each of which is written when its work is done. The last line about an object
counts. A process that is killed loses the line that it was writing, so a little work is repeated.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from heliograph import ids
from heliograph.errors import UsageError
from heliograph.moving.report import RefusedRecord, Report
from heliograph.wire.messages import MESSAGES_PER_PAGE

_FORMAT = 1
_ID_BYTES = 12
_DIGEST_BYTES = 8
NONE = bytes(_DIGEST_BYTES)
"""The digest of a record that was refused, which is sent again by the next import."""


class ConversationState(Struct, omit_defaults=True):
    """A conversation: its digest, the newest message that was imported, and the participants and the newest messages
    with their digests.

    `stale` participants must be sent again, because messages have been imported since: their unread counts changed.
    `run` is the number of the last import that finished it.
    """

    digest: bytes = b""
    newest: str | None = None
    stale: bool = False
    members: bytes = b""
    run: int = 0
    messages: bytes = b""

    def participants(self) -> dict[str, bytes]:
        """The digest of each participant, by id."""
        return _unpacked(self.members)

    def set_participants(self, digests: dict[str, bytes]) -> None:
        """Keep the digests of the participants."""
        self.members = _packed(digests)

    def recent_messages(self) -> dict[str, bytes]:
        """The digest of each of the newest messages, by id."""
        return _unpacked(self.messages)

    def set_recent_messages(self, digests: dict[str, bytes]) -> None:
        """Keep the digests of the newest of these messages."""
        self.messages = _packed({id: digests[id] for id in sorted(digests)[-MESSAGES_PER_PAGE:]})


def _packed(digests: dict[str, bytes]) -> bytes:
    # The target refuses records with invalid ids, so their digests are not needed.
    return b"".join(bytes.fromhex(id) + digest for id, digest in digests.items() if ids.is_id(id))


def _unpacked(packed: bytes) -> dict[str, bytes]:
    size = _ID_BYTES + _DIGEST_BYTES
    parts = [packed[first : first + size] for first in range(0, len(packed), size)]
    return {part[:_ID_BYTES].hex(): part[_ID_BYTES:] for part in parts}


class _Line(Struct, omit_defaults=True):
    """A line of the journal. Only the fields of its kind are set."""

    format: int = 0
    source: str = ""
    target: str = ""
    run: int = 0
    finished: bool = False
    user: str = ""
    digest: bytes = b""
    name: str | None = None
    conversation: str = ""
    state: ConversationState | None = None
    report: Report | None = None
    refusal: RefusedRecord | None = None
    missing: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def digest_of(record: Any) -> bytes:
    """A digest to detect whether a record has changed."""
    text = msgspec.json.encode(record, order="deterministic")
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()


class State:
    """The state of an import from a source to a target. `close` releases the file for other processes.

    `seen` are the users that this import has read.

    Raises:
        UsageError: another import uses the file, it belongs to another source or target, or it cannot be written.
    """

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.report = report
        self.run = 0
        self.users: dict[str, bytes] = {}
        self.seen: set[str] = set()
        self.conversations: dict[str, ConversationState] = {}
        self._expected = report.source, report.target
        self._done: set[str] = set()
        self._file = _locked(path)
        try:
            self._load()
        except BaseException:
            self._file.close()
            raise

    @property
    def is_resumed(self) -> bool:
        """Whether the last import was interrupted."""
        return bool(self._done or self.seen)

    def _load(self) -> None:
        started = self.report.started_at
        finished, end = True, 0
        for text in self._file:
            try:
                line = _decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError):
                line = None
            if not end and not (line and line.format):
                raise UsageError(f"{self.path} is not the state of an import")
            if line is None:
                break  # the process was killed while it wrote the line
            end += len(text)
            self._apply(line)
            finished = line.finished or (finished and not line.run)
        self._file.truncate(end)
        if finished:
            self._begin(Report(*self._expected, started))

    def _begin(self, report: Report) -> None:
        """Begin the next import, with a compacted journal."""
        self.run, self.report = self.run + 1, report
        self._done.clear()
        self.seen.clear()
        following = self.path.with_name(self.path.name + ".new")
        following.unlink(missing_ok=True)
        old, self._file = self._file, _locked(following)
        self._write(_Line(format=_FORMAT, source=self._expected[0], target=self._expected[1]))
        for id, digest in self.users.items():
            self._write(_Line(user=id, digest=digest))
        for id, state in self.conversations.items():
            self._write(_Line(conversation=id, state=state))
        self._write(_Line(run=self.run, report=report))
        os.fsync(self._file.fileno())
        os.replace(following, self.path)
        old.close()

    def _apply(self, line: _Line) -> None:
        if line.format:
            self._require_own(line)
        if line.run:
            self.run = line.run
            self._done.clear()
            self.seen.clear()
        if line.user:
            self.users[line.user] = line.digest
            self.seen.add(line.user)
        if line.name is not None:
            self._done.add(line.name)
        if line.state is not None:
            self.conversations[line.conversation] = line.state
        if line.report is not None:
            if not line.run:
                # Refusals and missing users have lines of their own.
                line.report.refused, line.report.missing_users = self.report.refused, self.report.missing_users
            self.report = line.report
        if line.refusal is not None:
            self.report.refused.append(line.refusal)
        if line.missing is not None:
            self.report.missing_users.append(line.missing)

    def _require_own(self, line: _Line) -> None:
        if line.format != _FORMAT:
            raise UsageError(f"{self.path} was written by another version of Heliograph")
        if (line.source, line.target) != self._expected:
            raise UsageError(f"{self.path} is of an import from {line.source} to {line.target}: name another file")

    def is_done(self, name: str) -> bool:
        """Whether this import has finished a name of the list."""
        return name in self._done

    def finish_name(self, name: str) -> None:
        """Record that a name of the list was imported completely."""
        self._done.add(name)
        self._write(_Line(name=name))

    def set_user(self, id: str, digest: bytes) -> None:
        """Record the digest of an imported user."""
        self.users[id] = digest
        self.seen.add(id)
        self._write(_Line(user=id, digest=digest))

    def set_conversation(self, id: str, state: ConversationState) -> None:
        """Record the progress of a conversation."""
        self.conversations[id] = state
        self._write(_Line(conversation=id, state=state))

    def note(self, refusals: Iterable[RefusedRecord] = (), missing: str | None = None) -> None:
        """Record refusals and a missing name, so that the report has them even if the process is killed."""
        for refusal in refusals:
            self._write(_Line(refusal=refusal))
        if missing is not None:
            self.report.missing_users.append(missing)
            self._write(_Line(missing=missing))

    def checkpoint(self) -> None:
        """Record the counts of the report."""
        self._write(_Line(report=msgspec.structs.replace(self.report, refused=[], missing_users=[])))

    def finish(self) -> None:
        """Record that the import is complete. The next one looks for changes."""
        self._write(_Line(finished=True))

    def _write(self, line: _Line) -> None:
        with _written(self.path):
            self._file.write(msgspec.json.encode(line) + b"\n")
            self._file.flush()

    def close(self) -> None:
        """Flush the file to disk, and close it."""
        with _written(self.path):
            os.fsync(self._file.fileno())
            self._file.close()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Convert a failure to write the file, such as a full disk, to a UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"the state of the import cannot be kept in {path}: {error}") from None


def _locked(path: Path) -> IO[bytes]:
    """Open the file with an exclusive lock.

    Raises:
        UsageError: another import has locked the file, or it cannot be written.
    """
    with _written(path):
        file = open(path, "ab+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise UsageError(f"another import is using {path}") from None
    file.seek(0)
    return file
