"""Decodes responses: into a model, or into the error class that the code in the response names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

import msgspec

from heliograph.client.model import Model
from heliograph.client.response import RawResponse
from heliograph.client.retrying import parse_retry_after
from heliograph.errors import ApiError, DecodeError, ErrorItem, ServerError
from heliograph.wire.apps import Empty
from heliograph.wire.operations import AnyOperation

M = TypeVar("M", bound=Model)
UNKNOWN_CODE = "unknown"
_EXCERPT = 200
_decode = msgspec.json.Decoder().decode


def decode_response(operation: AnyOperation, kind: type[M], response: RawResponse, now: float) -> M:
    """The body of a response as a model.

    Raises:
        ApiError: the response is an error; its code determines the class.
        DecodeError: the response is a success whose body is not a JSON object.
    """
    # One operation succeeds with a redirect.
    if not 200 <= response.status < 300 and response.status != operation.status:
        raise decode_error(operation, response, now)
    if operation.response.is_redirect:
        return kind({"location": response.headers.get("location")}, response)
    content = response.content
    if not content and operation.response.kind in (Empty, None):
        content = b"{}"  # servers differ in how they send nothing
    try:
        data = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable(operation, response, "is not JSON") from None
    if not isinstance(data, dict):
        raise _unreadable(operation, response, "is not a JSON object")
    return kind(data, response)


def _unreadable(operation: AnyOperation, response: RawResponse, what: str) -> DecodeError:
    body = response.content.decode(errors="replace")
    message = f"the response {what}: {response.status} {body[:_EXCERPT]!r}"
    return DecodeError(
        message, operation.name, status=response.status, body=body, request_id=response.headers.get("x-request-id")
    )


def decode_error(operation: AnyOperation, response: RawResponse, now: float) -> ApiError:
    """The error of a response, as the most specific class that matches."""
    body = response.content.decode(errors="replace")
    items = tuple(_items(response.content))
    first = items[0] if items else ErrorItem(UNKNOWN_CODE, _title(response.status, body))
    kind = _class_of(response.status, first.code, first.title)
    error = kind(*(item.title for item in items or (first,)))
    error.status, error.code, error.title = response.status, first.code, first.title
    error.operation = operation.name
    error.errors = items
    error.headers = dict(response.headers)
    error.request_id = response.headers.get("x-request-id")
    error.retry_after = parse_retry_after(response.headers.get("retry-after"), now)
    error.body = body
    return error


def _items(content: bytes) -> Iterator[ErrorItem]:
    try:
        found = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    errors = found.get("errors") if isinstance(found, dict) else None
    for item in errors if isinstance(errors, list) else ():
        if isinstance(item, dict):
            code, title = item.get("code", UNKNOWN_CODE), item.get("title", "")
            yield ErrorItem(str(code), str(title))


def _title(status: int, body: str) -> str:
    from http import HTTPStatus  # rare, and slow to import

    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown status"
    shown = " ".join(body.split())[:_EXCERPT]
    return f"{phrase}: {shown}" if shown else phrase


@cache
def _classes() -> tuple[type[ApiError], ...]:
    """Every class of errors, base classes first."""

    def walk(kind: type[ApiError]) -> Iterator[type[ApiError]]:
        yield kind
        for subclass in kind.__subclasses__():
            yield from walk(subclass)

    return tuple(walk(ApiError))


def _class_of(status: int, code: str, title: str) -> type[ApiError]:
    """The class with this title, else code, else status. Several classes share a code, so the status must match."""
    same_status = [kind for kind in _classes()[1:] if kind.status == status]
    for fits in (
        lambda kind: (kind.code, kind.title) == (code, title),
        lambda kind: kind.code == code,
        lambda kind: True,
    ):  # type: Any
        if found := next(filter(fits, same_status), None):
            return found
    return ServerError if status >= 500 else ApiError
