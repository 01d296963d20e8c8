"""What a step of the schema consists of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from heliograph.storage.engine import Tx

Change = str | Callable[[Tx], Awaitable[None]]
"""A statement, or a function where no statement works on both engines."""
