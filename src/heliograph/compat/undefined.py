"""The module in which releases before 17 have `Undefined`."""

from __future__ import annotations

from heliograph.compat.fields import Undefined

__all__ = ["Undefined"]
