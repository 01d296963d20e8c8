"""Raw HTTP responses with the interface of the official library."""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from heliograph.client.response import RawResponse


class Headers(dict[str, str]):
    """The headers of a response. Lookups ignore case; iteration gives the names in lower case."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__((name.lower(), value) for name, value in headers.items())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name.lower() if isinstance(name, str) else name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header, or the default."""
        return super().get(name.lower(), default)


class RESTResponse(io.BytesIO):
    """A complete HTTP response, readable like a file, with `status`, `reason`, `data` and headers."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        super().__init__(data)
        self.status = status
        self.reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        self.headers = Headers(headers)
        self.data = data

    @classmethod
    def of(cls, raw: RawResponse) -> RESTResponse:
        """Convert a response of the client."""
        return cls(raw.status, raw.headers, raw.content)

    def getheaders(self) -> Headers:
        """All headers."""
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """The value of one header, or the default."""
        value: str | None = self.headers.get(name, default)
        return value

    def json(self) -> Any:
        """The body, decoded from JSON."""
        return msgspec.json.decode(self.data)
