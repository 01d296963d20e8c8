"""Routes whose responses show no contents of messages to sessions of the console.

Only a server with `--console-contents no` has them.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from heliograph.domain.tenants import session_of
from heliograph.server.auth.refusals import AccessDenied, Reason
from heliograph.server.handlers import Route
from heliograph.server.http.request import Request
from heliograph.settings import Settings
from heliograph.wire.table.extensions.app_contents import FIND
from heliograph.wire.table.extensions.deliveries import GET_DELIVERY, RETRY_DELIVERY, STREAM_EVENTS
from heliograph.wire.table.extensions.people import EXPORT_USER
from heliograph.wire.table.extensions.recorded_requests import GET_RECORDED_REQUEST
from heliograph.wire.table.sandbox import EXPORT_SEED, EXPORT_SNAPSHOT, GET_EVENT_EXAMPLE, LIST_INBOX_CALLS
from heliograph.wire.table.v2.conversations import DOWNLOAD_MESSAGE_REF

AnyRoute = Route[Any, Any, Any]

_NO_CONTENTS = "This console shows no message contents"
_MESSAGE = "message"
_REFUSED = (STREAM_EVENTS, EXPORT_SEED, EXPORT_SNAPSHOT, EXPORT_USER, DOWNLOAD_MESSAGE_REF)
_UNCHANGED = (GET_EVENT_EXAMPLE,)
"""The example is not a message of the app, and the page needs its contents to trigger an event."""
_LEFT_OUT = {
    GET_RECORDED_REQUEST.name: ("body",),
    GET_DELIVERY.name: ("response",),
    RETRY_DELIVERY.name: ("response",),
    # A violation may quote the value.
    LIST_INBOX_CALLS.name: ("json", "text", "violations"),
}
"""The fields that are removed from responses of these operations, at any depth."""
_SUMMARIZED = ("content", "postback")
_SHORTENED = {"lastMessage": ("text",), "referral": ("details",)}
"""The fields that are removed from these objects in any response."""


def hidden_by(settings: Settings) -> bool:
    """Whether contents of messages are hidden from sessions."""
    return settings.console_contents == "no"


def without_contents(routes: dict[str, AnyRoute]) -> dict[str, AnyRoute]:
    """The routes, without the contents of messages in responses to sessions. Some routes refuse sessions."""
    return {name: _without_contents(route) for name, route in routes.items()}


def reduced(value: Any, left_out: tuple[str, ...] = ()) -> Any:
    """A value as JSON, with only the type and the size in bytes of each content of a message."""
    # As JSON, because a response may have parts that are JSON already.
    return _reduced(msgspec.json.decode(msgspec.json.encode(value)), left_out)


def _without_contents(route: AnyRoute) -> AnyRoute:
    operation = route.operation
    if operation in _REFUSED:
        return Route(operation, route.read, partial(_refuse, route), route.respond)
    # Responses in other formats and reports of unfinished work have no messages, apart from the activity stream, whose
    # handler reduces its events.
    response = operation.response
    if not response.is_json or response.unfinished_status is not None or operation in _UNCHANGED:
        return route
    return route.showing(_reduce)


async def _refuse(route: AnyRoute, request: Request[Any, Any]) -> Any:
    if session_of(request.known_caller) is not None:
        raise AccessDenied(Reason.NO_CONTENTS, _NO_CONTENTS, key_id=request.caller.key_id)
    return await route.handle(request)


def _reduce(request: Request[Any, Any], result: Any) -> Any:
    if session_of(request.known_caller) is None:
        return result
    shown = reduced(result, _LEFT_OUT.get(request.operation.name, ()))
    return _without_titles(shown) if request.operation is FIND else shown


def _without_titles(found: Any) -> Any:
    """The results of a search, with a constant title for messages, whose title is their text."""
    return {"results": [one | {"title": _MESSAGE} if one["kind"] == _MESSAGE else one for one in found["results"]]}


def _reduced(value: Any, left_out: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_reduced(one, left_out) for one in value]
    if isinstance(value, dict):
        return {key: _field(key, one, left_out) for key, one in value.items() if key not in left_out}
    return value


def _field(name: str, value: Any, left_out: tuple[str, ...]) -> Any:
    if name in _SUMMARIZED and isinstance(value, dict):
        return _summary(value)
    return _reduced(value, left_out + _SHORTENED.get(name, ()))


def _summary(content: dict[str, Any]) -> dict[str, Any]:
    size = {"size": len(msgspec.json.encode(content))}
    return {"type": content["type"], **size} if isinstance(content.get("type"), str) else size
