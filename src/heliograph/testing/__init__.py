"""Sandboxes for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heliograph.testing.container import HeliographContainer

__all__ = ["HeliographContainer"]


def __getattr__(name: str) -> Any:
    # The container needs a library that other tests do not.
    if name == "HeliographContainer":
        from heliograph.testing.container import HeliographContainer

        return HeliographContainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
