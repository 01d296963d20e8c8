"""Routes whose responses show no secrets to viewers of the console."""

from __future__ import annotations

from typing import Any

import msgspec

from heliograph.server.auth.sessions import is_viewer
from heliograph.server.handlers import Route
from heliograph.server.http.request import Request

AnyRoute = Route[Any, Any, Any]

MASK = "••••"


def masked(routes: dict[str, AnyRoute]) -> dict[str, AnyRoute]:
    """The routes, with the secrets of responses masked if the caller is a viewer."""
    return {
        name: route.showing(_without_secrets) if route.operation.reveals_secrets else route
        for name, route in routes.items()
    }


def _without_secrets(request: Request[Any, Any], result: Any) -> Any:
    if not is_viewer(request.known_caller):
        return result
    # As JSON, because a response may have parts that are JSON already.
    return _without(msgspec.json.decode(msgspec.json.encode(result)), request.operation.reveals_secrets)


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: MASK if key.lower() in names else _without(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    return value
