"""The interface of the official Python library, `sunshine-conversations-client`, on top of this client.

Code for that library runs after a change of its import lines:

    import heliograph.compat as sunshine_conversations_client
    from heliograph.compat.api.messages_api import MessagesApi
    from heliograph.compat.rest import ApiException

It has all API classes, models and exceptions of the releases 14 to 17. New code should use `heliograph.Client`.

`api` and `models` are generated from the table of operations and `tools/compat_names.toml`; a method of `api` sends its
request with `calls`, over the `heliograph.Client` of `api_client`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heliograph._version import __version__ as __version__
from heliograph.compat import paths

if TYPE_CHECKING:
    from heliograph.compat.api import *  # noqa: F403  # the names in their `__all__`
    from heliograph.compat.api_client import ApiClient as ApiClient
    from heliograph.compat.api_response import ApiResponse as ApiResponse
    from heliograph.compat.configuration import Configuration as Configuration
    from heliograph.compat.exceptions import *  # noqa: F403
    from heliograph.compat.models import *  # noqa: F403

_HOMES = ("exceptions", "api", "api_client", "api_response", "configuration", "models")
_MODULES = (*_HOMES, "model", "rest", "undefined")

paths.install()

if not TYPE_CHECKING:  # so that type checkers report misspelt names

    def __getattr__(name: str) -> Any:
        """Import a class or a module on first use."""
        if name == "__all__":
            return __dir__()
        if name in _MODULES:  # the official package imports all of its modules, so code may rely on them
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
