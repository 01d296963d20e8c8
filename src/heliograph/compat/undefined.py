"""The module `undefined` of releases before 17."""

from __future__ import annotations

from heliograph.compat.fields import Undefined

__all__ = ["Undefined"]
