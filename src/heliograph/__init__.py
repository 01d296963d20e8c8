"""Heliograph: a self-hosted server of the Sunshine Conversations API v2, and its Python client.

    from heliograph import BasicAuth, Client

    client = Client("https://chat.example.org", auth=BasicAuth("app_…", "…"))

This package exports the clients, their credentials and the errors. The objects of requests and responses are in
`heliograph.models`, and can be imported from this package as well. The names of the client are imported on first use,
so the server does not load the client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heliograph._version import __version__
from heliograph.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    DecodeError,
    Forbidden,
    HeliographError,
    InvalidArgument,
    NotFound,
    RateLimited,
    ServerError,
    Timeout,
    TransportError,
    Unauthorized,
)

if TYPE_CHECKING:
    from heliograph.client.async_client import AsyncClient
    from heliograph.client.auth import Auth, BasicAuth, BearerAuth, JwtAuth
    from heliograph.client.model import Model, UnknownKind
    from heliograph.client.options import Attempt
    from heliograph.client.response import RawResponse
    from heliograph.client.sync_client import Client
    from heliograph.models import *  # noqa: F403  # the names in its `__all__`
    from heliograph.wire.paging import Page

__all__ = [
    "ApiError",
    "AsyncClient",
    "Attempt",
    "Auth",
    "BadRequest",
    "BasicAuth",
    "BearerAuth",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "Forbidden",
    "HeliographError",
    "InvalidArgument",
    "JwtAuth",
    "Model",
    "NotFound",
    "Page",
    "RateLimited",
    "RawResponse",
    "ServerError",
    "Timeout",
    "TransportError",
    "Unauthorized",
    "UnknownKind",
    "__version__",
]

_HOMES = {
    "AsyncClient": "heliograph.client.async_client",
    "Attempt": "heliograph.client.options",
    "Auth": "heliograph.client.auth",
    "BasicAuth": "heliograph.client.auth",
    "BearerAuth": "heliograph.client.auth",
    "Client": "heliograph.client.sync_client",
    "JwtAuth": "heliograph.client.auth",
    "Model": "heliograph.client.model",
    "Page": "heliograph.wire.paging",
    "RawResponse": "heliograph.client.response",
    "UnknownKind": "heliograph.client.model",
}


if not TYPE_CHECKING:  # type checkers report unknown names only without it

    def __getattr__(name: str) -> Any:
        """Import a name of the client, or of `heliograph.models`, on first use."""
        # Names in lower case are submodules that are not imported yet, and special names.
        home = import_module(_HOMES.get(name, "heliograph.models")) if name[:1].isupper() else None
        if not hasattr(home, name):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(home, name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *import_module("heliograph.models").__all__})
