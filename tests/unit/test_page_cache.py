"""The cache of pages is bounded, and keeps the most recently used pages."""

from __future__ import annotations

from msgspec import Raw

from heliograph.storage.page_cache import CachedPage, PageCache
from heliograph.wire.paging import Page, PageMeta

PAGE = Page()
LARGE = CachedPage(Raw(b"[" + b" " * 1_000_000 + b"]"), PageMeta(has_more=False), "1")


def test_the_most_recently_used_pages_are_kept() -> None:
    cache = PageCache()
    for number in range(100):
        cache.put("app", f"group {number}", PAGE, LARGE)
        assert cache.get("app", "group 0", PAGE) is LARGE
    kept = [number for number in range(100) if cache.get("app", f"group {number}", PAGE)]
    assert kept == [0, *range(85, 100)]


def test_all_pages_of_a_conversation_are_dropped() -> None:
    cache = PageCache()
    for number in range(2):
        for size in (1, 2):
            cache.put("app", f"group {number}", Page(size=size), LARGE)
    cache.drop("group 0")
    found = [[cache.get("app", f"group {number}", Page(size=size)) for size in (1, 2)] for number in range(2)]
    assert found == [[None, None], [LARGE, LARGE]]
    cache.clear()
    assert cache.get("app", "group 1", Page(size=1)) is None


def test_a_page_without_version_replaces_the_cached_one() -> None:
    cache = PageCache()
    cache.put("app", "group", PAGE, LARGE)
    cache.put("app", "group", PAGE, CachedPage(Raw(b"[]"), PageMeta(has_more=False), None))
    assert cache.get("app", "group", PAGE) is None
