"""Makes each model importable from its own module, as in the official library: `model.message_post`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGES = ("heliograph.compat.model.", "heliograph.compat.models.")
_MODELS = "heliograph.compat.models"
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def module_of(name: str) -> str:
    """The module of a model, such as `message_post` for `MessagePost`."""
    return _CAPITAL.sub("_", name).lower()


@cache
def _classes() -> dict[str, str]:
    """The models by module."""
    return {module_of(name): name for name in import_module(_MODELS).__all__}


def class_in(module: str) -> str | None:
    """The model of a module; None if there is no such module."""
    names = _classes()
    if module not in names and module.endswith("_all_of"):  # an alias: see the models' __getattr__
        base = names.get(module.removesuffix("_all_of"))
        return base and f"{base}AllOf"
    return names.get(module)


class ModelModules(MetaPathFinder, Loader):
    """Finds these modules, and creates each with its class."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module, if it is one of these."""
        if fullname.startswith(_PACKAGES) and class_in(fullname.rpartition(".")[2]):
            return ModuleSpec(fullname, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Add the class to its module."""
        name = class_in(module.__name__.rpartition(".")[2])
        assert name is not None
        setattr(module, name, getattr(import_module(_MODELS), name))


def install() -> None:
    """Register the finder of the modules."""
    if not any(isinstance(finder, ModelModules) for finder in sys.meta_path):
        sys.meta_path.append(ModelModules())
