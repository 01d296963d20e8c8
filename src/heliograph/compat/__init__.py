"""The official Python library, `sunshine-conversations-client`, on this client.

Code written for that library runs here with its import lines changed:

    import heliograph.compat as sunshine_conversations_client
    from heliograph.compat.api.messages_api import MessagesApi
    from heliograph.compat.rest import ApiException

All API classes, models and exceptions of its releases 14 to 17 are here. For new code use `heliograph.Client`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heliograph._version import __version__ as __version__
from heliograph.compat import paths

if TYPE_CHECKING:
    from heliograph.compat.api import *  # noqa: F403  # all that their `__all__` says
    from heliograph.compat.api_client import ApiClient as ApiClient
    from heliograph.compat.api_response import ApiResponse as ApiResponse
    from heliograph.compat.configuration import Configuration as Configuration
    from heliograph.compat.exceptions import *  # noqa: F403
    from heliograph.compat.models import *  # noqa: F403

_HOMES = ("exceptions", "api", "api_client", "api_response", "configuration", "models")
_MODULES = (*_HOMES, "model", "rest", "undefined")

paths.install()

if not TYPE_CHECKING:  # a type checker should see a misspelt name

    def __getattr__(name: str) -> Any:
        """A class, from the module that has it, or a module. None is imported before it is needed."""
        if name == "__all__":
            return __dir__()
        if name in _MODULES:  # the official package imports all of its modules
            return import_module(f"{__name__}.{name}")
        if not name.startswith("_"):
            for home in _HOMES:
                module = import_module(f"{__name__}.{home}")
                if name in getattr(module, "__all__", ()) or (name.endswith("AllOf") and home == "models"):
                    value = globals()[name] = getattr(module, name)
                    return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({name for home in _HOMES for name in import_module(f"{__name__}.{home}").__all__})
