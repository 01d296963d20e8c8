"""The HTTP request of one attempt: URL, headers, body and timeouts.

Sync requests are sent over the client's own connections (`http/connections.py`), or by httpx if a transport, a proxy or
an httpx client is configured. Async requests are always sent by httpx.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from heliograph.client.auth import Auth
from heliograph.client.idempotency import HEADER as KEY_HEADER
from heliograph.client.options import USER_AGENT, Options, check_header
from heliograph.client.requesting import PreparedRequest
from heliograph.errors import InvalidArgument, Timeout
from heliograph.wire.operations import Credential

_HEADERS = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": USER_AGENT}


class HttpRequest(Struct, frozen=True):
    """One attempt. `timeout` limits each read and write, `deadline` (of `time.monotonic`) the whole call."""

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    timeout: float | None
    deadline: float

    def seconds(self) -> float | None:
        """The timeout of the next read or write.

        Raises:
            Timeout: the deadline has passed.
        """
        if self.deadline == math.inf:
            return self.timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Timeout("no response in time: the total timeout has passed", self.operation)
        return left if self.timeout is None else min(self.timeout, left)


def base_url_of(url: str) -> str:
    """The base URL without a trailing slash.

    Raises:
        InvalidArgument: it is not an absolute HTTP URL, or has a query or a fragment.
    """
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii()
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidArgument(f"invalid base_url {url!r}: {error}") from None
    if not valid or parts.query or parts.fragment or "@" in parts.netloc or any(map(str.isspace, url)):
        raise InvalidArgument(f"base_url should be like https://host or https://host/prefix, not {url!r}")
    return url.rstrip("/")


def http_request(
    prepared: PreparedRequest,
    base_url: str,
    options: Options,
    auth: Auth | None,
    deadline: float,
    key: str | None = None,
) -> HttpRequest:
    """Build the HTTP request of one attempt. `key` is the value of the header for the idempotency key.

    Raises:
        InvalidArgument: the credentials are not valid in a header.
    """
    headers = {**_HEADERS, **options.headers}
    if prepared.content is not None:
        headers["content-type"] = prepared.content_type
    if key is not None:
        headers[KEY_HEADER] = key
    operation = prepared.operation
    if auth is not None and operation.credential is not Credential.IGNORED:
        headers["authorization"] = check_header("authorization", auth.header(time.time()), secret=True)
    url = base_url + prepared.target
    return HttpRequest(operation.name, operation.method, url, headers, prepared.content, options.timeout, deadline)
