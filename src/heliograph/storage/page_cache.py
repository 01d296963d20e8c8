"""A cache of encoded pages, each with the version of the data that it was read from."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

_BYTES = 16 * 1024 * 1024


class CachedPage(Protocol):
    """A page that is up to date as long as its data has the same version."""

    @property
    def version(self) -> str | None:
        """The version of the data; None if the page must not be cached."""

    @property
    def size(self) -> int:
        """The approximate size in bytes."""


class PageCache:
    """A least-recently-used cache, limited by the total size of its pages."""

    def __init__(self) -> None:
        self._pages: dict[Hashable, Any] = {}  # the least recently used page is first
        self._size = 0

    def get(self, key: Hashable) -> Any:
        """The cached page, or None. The caller must check its version."""
        page = self._pages.pop(key, None)
        if page is not None:
            self._pages[key] = page
        return page

    def put(self, key: Hashable, page: CachedPage) -> None:
        """Cache a page, unless it has no version."""
        self._remove(key)
        if page.version is None:
            return
        self._pages[key] = page
        self._size += page.size
        while self._size > _BYTES:
            self._remove(next(iter(self._pages)))

    def _remove(self, key: Hashable) -> None:
        if (old := self._pages.pop(key, None)) is not None:
            self._size -= old.size
