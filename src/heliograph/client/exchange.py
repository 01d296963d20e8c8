"""One request on its way: what is sent, how long it may take, and who sends it.

There are two senders for sync code: connections of our own (`connections.py`), which is what nearly everybody uses, and
httpx, for who brings a transport, a proxy or a client of httpx. Async code is always sent by httpx.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from heliograph.client.auth import Auth
from heliograph.client.options import USER_AGENT, Options, check_header
from heliograph.client.requesting import Call
from heliograph.errors import InvalidArgument, Timeout

_HEADERS = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": USER_AGENT}


class Request(Struct, frozen=True):
    """One attempt of a call. `timeout` is for each step, `deadline` (on the clock of `time.monotonic`) for all."""

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    timeout: float | None
    deadline: float

    def seconds(self) -> float | None:
        """How long the next step may take.

        Raises:
            Timeout: there is no time left.
        """
        if self.deadline == math.inf:
            return self.timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Timeout("no answer in time: the whole call has no time left", self.operation)
        return left if self.timeout is None else min(self.timeout, left)


def base_url_of(url: str) -> str:
    """The URL below which the paths of the API are; a slash at its end makes no difference.

    Raises:
        InvalidArgument: it is not an absolute URL of HTTP without query.
    """
    try:
        parts = urlsplit(url)
        sane = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii()
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidArgument(f"base_url {url!r} is not a URL: {error}") from None
    if not sane or parts.query or parts.fragment or "@" in parts.netloc or any(map(str.isspace, url)):
        raise InvalidArgument(f"base_url should be like https://host or https://host/prefix, not {url!r}")
    return url.rstrip("/")


def request_of(call: Call, base_url: str, options: Options, auth: Auth | None, deadline: float) -> Request:
    """The request of one attempt.

    Raises:
        InvalidArgument: the credentials cannot stand in a header.
    """
    headers = {**_HEADERS, **options.headers}
    if call.content is not None:
        headers["content-type"] = call.content_type
    if auth is not None:
        headers["authorization"] = check_header("authorization", auth.header(time.time()), secret=True)
    operation = call.operation
    url = base_url + call.target
    return Request(operation.name, operation.method, url, headers, call.content, options.timeout, deadline)
