"""A recorded request as its row, without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from heliograph.domain.tenants import session_of
from heliograph.server.http.exchange import HeaderList
from heliograph.server.http.responses import Response
from heliograph.server.recording import masking
from heliograph.server.recording.exchange import BODY_LIMIT, RecordedExchange
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.wire.recorded_requests import RecordedMessage

_PATH_LIMIT = 2048
_TITLE_LIMIT = 1024
_JSON = "application/json"
_ERASING = ("DeleteUser", "DeleteUserPersonalInformation")
_encode = msgspec.json.Encoder().encode


class Recorded(Struct, gc=False):
    """A request and its response, when that was sent, in seconds since 1970, and how many seconds it took."""

    exchange: RecordedExchange
    operation: str | None
    status: int
    response: Response
    ended_at: float
    seconds: float
    size: int
    """The bytes of the bodies."""


class _Error(Struct):
    code: str | None = None
    title: str | None = None


class _Refusal(Struct):
    errors: list[_Error] = []


_decode_refusal = msgspec.json.Decoder(_Refusal).decode


def row_of(recorded: Recorded) -> StoredRequest:
    """The row of a request, which gets its id when it is stored."""
    exchange, response = recorded.exchange, recorded.response
    headers, key_id = _request_headers(exchange)
    session = session_of(exchange.caller)
    answered = _headers(response.headers)
    sent = RecordedMessage(headers=headers, size=exchange.size, body=_sent(exchange, headers))
    received = RecordedMessage(headers=answered, size=len(response.body), body=_received(response, answered))
    error = _first_error(recorded.status, received.body)
    return StoredRequest(
        id="",
        app_id=exchange.app_id,
        request_id=exchange.request_id,
        received_at=int((recorded.ended_at - recorded.seconds) * 1000),
        microseconds=int(recorded.seconds * 1_000_000),
        method=exchange.method,
        path=_path(exchange, recorded.operation),
        status=recorded.status,
        operation=recorded.operation,
        key_id=exchange.caller.key_id if exchange.caller is not None else key_id,
        session_id=session.id if session is not None else None,
        error_code=error.code,
        error_title=error.title and error.title[:_TITLE_LIMIT],
        sent=Raw(_encode(sent)),
        received=Raw(_encode(received)),
    )


def _first_error(status: int, body: Raw | None) -> _Error:
    """The first error of a response, of which lists show the code and the title."""
    if status < 400 or body is None:
        return _Error()
    try:
        return next(iter(_decode_refusal(body).errors), _Error())
    except msgspec.MsgspecError:  # not an error of the API
        return _Error()


def _path(exchange: RecordedExchange, operation: str | None) -> str:
    path = exchange.raw_path.decode("latin-1")
    if operation in _ERASING:
        # The path names the user whose requests this one deleted.
        before, _, rest = path.partition("/users/")
        path = f"{before}/users/{masking.MASK}{'/personalinformation' if '/' in rest.strip('/') else ''}"
    if exchange.query_string:
        path += "?" + masking.query(exchange.query_string.decode("latin-1"))
    return path[:_PATH_LIMIT]


def _request_headers(exchange: RecordedExchange) -> tuple[dict[str, str], str | None]:
    """The headers of the request, and the key that they name."""
    headers, key_id = _headers(exchange.header_list), None
    if (authorization := exchange.headers.get(b"authorization")) is not None:
        headers["authorization"], key_id = masking.credential(authorization, proved=exchange.caller is not None)
    return headers, key_id


def _headers(given: HeaderList | Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in given:
        name, secret = _name(raw_name)
        value = masking.MASK if secret else raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@lru_cache(maxsize=256)
def _name(raw: bytes) -> tuple[str, bool]:
    """The name of a header, and whether its value is secret."""
    name = raw.decode("latin-1")
    return name, masking.is_secret(name)


def _sent(exchange: RecordedExchange, headers: dict[str, str]) -> Raw | str | None:
    body = exchange.body
    return masking.request_body(body) if body and headers.get("content-type", "").startswith(_JSON) else None


def _received(response: Response, headers: dict[str, str]) -> Raw | None:
    body = response.body
    is_json = headers.get("content-type", "").startswith(_JSON)
    return masking.response_body(body) if body and is_json and len(body) <= BODY_LIMIT else None
