"""What the two loops share of httpx: the request, the time it may take, and the names of what went wrong."""

from __future__ import annotations

import math
import time
from typing import Any

import httpx

from heliograph.client.auth import Auth
from heliograph.client.options import USER_AGENT, Options
from heliograph.client.requesting import Call
from heliograph.errors import ConnectionFailed, DecodeError, HeliographError, InvalidArgument, Timeout, TransportError
from heliograph.wire.operations import Operation

# Servers close what is idle after 5 seconds: a connection must not be used in the moment of its end.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0)

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_HEADERS = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": USER_AGENT}


def base_url_of(url: str) -> str:
    """The URL below which the paths of the API are; a slash at its end makes no difference.

    Raises:
        InvalidArgument: it is not an absolute URL of HTTP without query.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise InvalidArgument(f"base_url {url!r} is not a URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise InvalidArgument(f"base_url should be like https://host or https://host/prefix, not {url!r}")
    return str(parsed).rstrip("/")


def request_of(call: Call, base_url: str, options: Options, auth: Auth | None, deadline: float) -> httpx.Request:
    """The request of one attempt."""
    headers = {**_HEADERS, **options.headers}
    if call.content is not None:
        headers["content-type"] = "application/json"
    if auth is not None:
        headers["authorization"] = auth.header(time.time())
    url = f"{base_url}{call.target}"
    extensions = {"timeout": _limits(options, deadline)}
    return httpx.Request(call.operation.method, url, headers=headers, content=call.content, extensions=extensions)


def _limits(options: Options, deadline: float) -> dict[str, float | None]:
    """The timeouts of an attempt, none longer than what is left of the whole."""
    given = httpx.Timeout(options.timeout).as_dict()
    if deadline == math.inf:
        return given
    left = max(deadline - time.monotonic(), 0.001)
    return {name: left if seconds is None else min(seconds, left) for name, seconds in given.items()}


def check_time(deadline: float) -> None:
    """Raise httpx.ReadTimeout if an answer that arrives bit by bit takes longer than the whole call may."""
    if time.monotonic() > deadline:
        raise httpx.ReadTimeout("the answer was not complete in time")


def failure_of(error: Exception, operation: Operation, *, closed: bool) -> HeliographError:
    """One of our errors for one of httpx's."""
    sent = not isinstance(error, _NEVER_SENT)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if closed:
        return TransportError("the client is closed", operation.name, sent=False)
    if isinstance(error, httpx.TimeoutException):
        return Timeout(f"no answer in time: {said}", operation.name, sent=sent)
    if isinstance(error, httpx.DecodingError):
        return DecodeError(f"the answer cannot be unpacked: {said}", operation.name)
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError):
        return ConnectionFailed(f"the connection failed: {said}", operation.name, sent=sent)
    return TransportError(said, operation.name, sent=sent)


def httpx_auth(auth: Auth | None) -> Any:
    """Credentials of ours go before those of an httpx client that somebody brought."""
    return None if auth is not None else httpx.USE_CLIENT_DEFAULT
