"""The result of the `…_with_http_info` methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

__all__ = ["ApiResponse"]

T = TypeVar("T")


class ApiResponse(tuple[Any, ...], Generic[T]):
    """A result with its response. Unpacks as `data, status, headers`, and has the attributes of release 17."""

    def __new__(
        cls, *, data: T, status_code: int, headers: Mapping[str, str] | None = None, raw_data: bytes = b""
    ) -> ApiResponse[T]:
        """Create a response from its parts."""
        response = super().__new__(cls, (data, status_code, headers))
        response.data, response.status_code, response.headers, response.raw_data = data, status_code, headers, raw_data
        return response

    data: T
    status_code: int
    headers: Mapping[str, str] | None
    raw_data: bytes

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        return (), dict(vars(self))

    def __repr__(self) -> str:
        return f"ApiResponse(status_code={self.status_code}, data={self.data!r})"
