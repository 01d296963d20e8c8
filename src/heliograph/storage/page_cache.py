"""A cache of pages of participants, each with the version of the conversation that it was read from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from msgspec import Raw, Struct

from heliograph.wire.paging import PageMeta

_BYTES = 16 * 1024 * 1024
_PAGE_OVERHEAD = 1000

_Key = tuple[str, str, Hashable]


class CachedPage(Struct, frozen=True):
    """A page: the JSON array of its participants, the cursors, and the version of the conversation."""

    participants: Raw
    meta: PageMeta
    version: str | None
    """None if the page must not be cached."""

    @property
    def size(self) -> int:
        """The approximate size in bytes."""
        return len(bytes(self.participants)) + _PAGE_OVERHEAD


class PageCache:
    """A least-recently-used cache, limited by the total size of its pages. The type of `page` depends on the list."""

    def __init__(self) -> None:
        self._pages: OrderedDict[_Key, CachedPage] = OrderedDict()  # the least recently used page is first
        self._keys: dict[str, set[_Key]] = {}  # by conversation
        self._size = 0

    def get(self, app_id: str, conversation_id: str, page: Hashable) -> CachedPage | None:
        """The cached page of a conversation, or None. Its conversation may have changed since."""
        key = (app_id, conversation_id, page)
        cached = self._pages.get(key)
        if cached is not None:
            self._pages.move_to_end(key)
        return cached

    def put(self, app_id: str, conversation_id: str, page: Hashable, read: CachedPage) -> None:
        """Cache a page, unless it has no version."""
        key = (app_id, conversation_id, page)
        self._remove(key)
        if read.version is None:
            return
        self._pages[key] = read
        self._keys.setdefault(conversation_id, set()).add(key)
        self._size += read.size
        while self._size > _BYTES:
            self._forget(*self._pages.popitem(last=False))

    def drop(self, conversation_id: str) -> None:
        """Remove all pages of a conversation."""
        for key in tuple(self._keys.get(conversation_id, ())):
            self._remove(key)

    def clear(self) -> None:
        """Remove all pages."""
        for conversation_id in tuple(self._keys):
            self.drop(conversation_id)

    def _remove(self, key: _Key) -> None:
        if (old := self._pages.pop(key, None)) is not None:
            self._forget(key, old)

    def _forget(self, key: _Key, old: CachedPage) -> None:
        """Account for a page that was removed."""
        self._size -= old.size
        keys = self._keys[key[1]]
        keys.discard(key)
        if not keys:
            del self._keys[key[1]]
