"""The state of a database as `inspecting` finds it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from heliograph.errors import UsageError
from heliograph.storage import sealing
from heliograph.storage.migrations.schema import Version, latest

COMMITS = 5
"""The number of commits that are timed; their median is reported."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """The master key: where it is, the mode of its file, and the problem with it, if there is one."""

    source: str
    mode: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """A database. `version` is None if it does not exist yet; it is created when a server starts."""

    name: str
    engine: str
    embedded: bool
    """Whether it is a file of this server."""
    version: Version | None
    unwritable: str | None
    """Why it cannot be written, or None."""
    commit_seconds: float | None
    """The median duration of a commit on disk; None if it cannot be written."""
    free_bytes: int | None
    """Free space for the files; None if this machine cannot know it."""
    holder: int | None
    """The process that serves the SQLite file, or None."""
    users: str
    """The processes that use the database."""
    ahead_seconds: float
    """How far the clock of the database, or its newest event, is ahead of the clock of this machine."""
    risks: tuple[str, ...]
    key: KeyState | None
    """None if there is no database yet."""

    @property
    def is_usable(self) -> bool:
        """Whether this program can open the database without migrating it."""
        is_current = self.version is not None and self.version.number >= latest()
        return is_current and self.unwritable is None and (self.key is None or self.key.problem is None)


def find_master_key(path: Path) -> tuple[KeyState, bytes | None]:
    """The master key in the environment or, without one, in the file `path`."""
    try:
        key = sealing.master_key_of_environment()
        if key is not None:
            return KeyState("the environment"), key
        key, found = sealing.master_key_of_file(path, may_create=False), os.stat(path)
    except UsageError as error:
        return KeyState(str(path), None, str(error)), None
    return KeyState(str(path), stat.S_IMODE(found.st_mode)), key
