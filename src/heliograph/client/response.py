"""An HTTP response, as the client received it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class RawResponse(Struct, frozen=True):
    """A complete HTTP response. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
