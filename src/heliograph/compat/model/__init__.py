"""The models, by the path that the package of the official library has; its documentation says `models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heliograph.compat import models
from heliograph.compat.models import *  # noqa: F403  # all of them, as `__all__` says

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The names that the models have by name only."""
        return getattr(models, name)
