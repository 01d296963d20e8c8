"""From what came back to a model, or to the error that the code in the answer names."""

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
_SHOWN = 200
_decode = msgspec.json.Decoder().decode


def receive(operation: AnyOperation, kind: type[M], reply: RawResponse, now: float) -> M:
    """The answer of an operation.

    Raises:
        ApiError: the answer is not a success; the class is the one that its code names.
        DecodeError: the answer is a success that cannot be read.
    """
    # There is an operation that answers with a redirection.
    if not 200 <= reply.status < 300 and reply.status != operation.status:
        raise error_of(operation, reply, now)
    content = reply.content
    if not content and operation.response.kind in (Empty, None):
        content = b"{}"  # nothing to tell is told in several ways
    try:
        data = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable(operation, reply, "is not JSON") from None
    if not isinstance(data, dict):
        raise _unreadable(operation, reply, "is not a JSON object")
    return kind(data, reply)


def _unreadable(operation: AnyOperation, reply: RawResponse, what: str) -> DecodeError:
    body = reply.content.decode(errors="replace")
    message = f"the answer {what}: {reply.status} {body[:_SHOWN]!r}"
    return DecodeError(
        message, operation.name, status=reply.status, body=body, request_id=reply.headers.get("x-request-id")
    )


def error_of(operation: AnyOperation, reply: RawResponse, now: float) -> ApiError:
    """The error that an answer carries, as the most special class that fits it."""
    body = reply.content.decode(errors="replace")
    items = tuple(_items(reply.content))
    first = items[0] if items else ErrorItem(UNKNOWN_CODE, _title(reply.status, body))
    kind = _class_of(reply.status, first.code, first.title)
    error = kind(*(item.title for item in items or (first,)))
    error.status, error.code, error.title = reply.status, first.code, first.title
    error.operation = operation.name
    error.errors = items
    error.headers = dict(reply.headers)
    error.request_id = reply.headers.get("x-request-id")
    error.retry_after = parse_retry_after(reply.headers.get("retry-after"), now)
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
    shown = " ".join(body.split())[:_SHOWN]
    return f"{phrase}: {shown}" if shown else phrase


@cache
def _classes() -> tuple[type[ApiError], ...]:
    """Every class of errors, the general before the special."""

    def walk(kind: type[ApiError]) -> Iterator[type[ApiError]]:
        yield kind
        for special in kind.__subclasses__():
            yield from walk(special)

    return tuple(walk(ApiError))


def _class_of(status: int, code: str, title: str) -> type[ApiError]:
    """By title where that is one of ours, else by code, else by status. Codes are shared, so the status must agree."""
    same_status = [kind for kind in _classes()[1:] if kind.status == status]
    for fits in (
        lambda kind: (kind.code, kind.title) == (code, title),
        lambda kind: kind.code == code,
        lambda kind: True,
    ):  # type: Any
        if found := next(filter(fits, same_status), None):
            return found
    return ServerError if status >= 500 else ApiError
