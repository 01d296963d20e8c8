"""The models under the name that this module has in the official package; its documentation calls it `models`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heliograph.compat import models, paths
from heliograph.compat.models import *  # noqa: F403  # all of them, as `__all__` says

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The module of a model, or a class that the models have as an alias."""
        return import_module(f"{__name__}.{name}") if paths.class_in(name) else getattr(models, name)
