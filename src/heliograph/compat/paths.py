"""The modules of the official library in which each model has a file of its own: `model.message_post`."""

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
    """The module of a model: `message_post` for `MessagePost`."""
    return _CAPITAL.sub("_", name).lower()


@cache
def _classes() -> dict[str, str]:
    """The models by their modules."""
    return {module_of(name): name for name in import_module(_MODELS).__all__}


def class_in(module: str) -> str | None:
    """The model of a module; None if there is no such module."""
    names = _classes()
    if module not in names and module.endswith("_all_of"):  # an alias: see the models' __getattr__
        base = names.get(module.removesuffix("_all_of"))
        return base and f"{base}AllOf"
    return names.get(module)


class ModelModules(MetaPathFinder, Loader):
    """Finds these modules, and makes each of the one class that it has."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where to load a module from, if it is one of these."""
        if fullname.startswith(_PACKAGES) and class_in(fullname.rpartition(".")[2]):
            return ModuleSpec(fullname, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put the class into its module."""
        name = class_in(module.__name__.rpartition(".")[2])
        assert name is not None
        setattr(module, name, getattr(import_module(_MODELS), name))


def install() -> None:
    """Let the import statement find the modules."""
    if not any(isinstance(finder, ModelModules) for finder in sys.meta_path):
        sys.meta_path.append(ModelModules())
