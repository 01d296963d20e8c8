"""One request without credentials, for commands that start often and must start quickly."""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from heliograph.errors import UsageError


class Probe(NamedTuple):
    """The outcome: the body of a response with status 200, or the problem."""

    body: bytes
    problem: str | None


def probe(url: str, path: str, *, timeout: float = 5.0) -> Probe:
    """Request a path below the URL of a server.

    Raises:
        UsageError: the URL is not that of a server.
    """
    parts = _parts(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path.rstrip("/") + path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return Probe(b"", str(error) or type(error).__name__)
    finally:
        connection.close()
    return Probe(body, None if response.status == 200 else f"status {response.status}")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError:  # an address in brackets, or a port, that is not valid
        pass
    raise UsageError(f"--url should be a URL such as http://127.0.0.1:8080: {url!r}")
