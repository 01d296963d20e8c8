"""What was read and made ready to be sent, remembered together with the version of what it was read from."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

_BYTES = 16 * 1024 * 1024


class Versioned(Protocol):
    """Something that is right as long as the version is the same."""

    @property
    def version(self) -> str | None:
        """The version of what it was made from; None for what cannot be told apart from its next version."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""


class PageCache:
    """The most recently used things, as many as fit."""

    def __init__(self) -> None:
        self._things: dict[Hashable, Any] = {}  # the least recently used first
        self._size = 0

    def get(self, key: Hashable) -> Any:
        """What is remembered, or None; whoever asks checks its version."""
        thing = self._things.pop(key, None)
        if thing is not None:
            self._things[key] = thing
        return thing

    def put(self, key: Hashable, thing: Versioned) -> None:
        """Remember a thing, unless it has no version."""
        self._forget(key)
        if thing.version is None:
            return
        self._things[key] = thing
        self._size += thing.size
        while self._size > _BYTES:
            self._forget(next(iter(self._things)))

    def _forget(self, key: Hashable) -> None:
        if (old := self._things.pop(key, None)) is not None:
            self._size -= old.size
