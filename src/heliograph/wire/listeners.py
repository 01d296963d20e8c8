"""The event stream, and listeners: programs that follow it under a name. Both are extensions of the API document."""

from __future__ import annotations

from urllib.parse import urlsplit

from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.events import WebhookCall

_NAME_LENGTH = 128
_URL_LENGTH = 2048


class StreamedCall(WebhookCall):
    """An event of the stream: the body that a webhook would receive.

    `repeated` is whether the stream has had the event before, and has it again because a delivery of it was sent again.
    """

    repeated: bool | None = None


class Listener(Response):
    """A program that follows the event stream now.

    `forward_to` is where it sends the events, without a password or a query. `last_event_at` is when the server sent it
    an event, with the precision of a second.
    """

    id: Id
    name: str
    connected_at: Time
    forward_to: str | None = None
    last_event_at: Time | None = None


class ListenerListResponse(Response):
    """The listeners of an app, in the order in which they connected."""

    listeners: list[Listener]


def parse_name(name: str | None, forward_to: str | None) -> tuple[str, str | None] | None:
    """The parameters `listener` and `forwardTo`: the name of a listener, and its target; None without a name.

    Raises:
        BadRequest: one of them is not valid.
    """
    if name is None:
        if forward_to is not None:
            raise BadRequest("forwardTo requires listener")
        return None
    if not (0 < len(name) <= _NAME_LENGTH and name.isprintable()):
        raise BadRequest(f"listener should be 1 to {_NAME_LENGTH} printable characters")
    return name, None if forward_to is None else _shown(forward_to)


def _shown(url: str) -> str:
    try:
        shown = without_secrets(url)
    except ValueError:
        shown = ""
    if not shown or len(url) > _URL_LENGTH or not url.isprintable():
        raise BadRequest(f"forwardTo should be a URL of http or https with at most {_URL_LENGTH} characters")
    return shown


def without_secrets(url: str) -> str:
    """The URL without its parts that may be secret: user, password, query and fragment. Empty for other schemes than
    http and https.

    Raises:
        ValueError: it is not a URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
