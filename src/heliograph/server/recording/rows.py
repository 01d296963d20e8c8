"""A recorded request as its row, without secrets."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from heliograph.domain.tenants import session_of
from heliograph.server.http.exchange import HeaderList
from heliograph.server.http.responses import HttpResponse
from heliograph.server.recording import masking
from heliograph.server.recording.exchange import BODY_LIMIT, RecordedExchange
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.wire.recorded_requests import RecordedMessage
from heliograph.wire.secret_names import is_secret_name
from heliograph.wire.table.extensions.people import ERASE_USER
from heliograph.wire.table.v2.users import DELETE_USER, DELETE_USER_PERSONAL_INFORMATION

_PATH_LIMIT = 2048
_TITLE_LIMIT = 1024
_JSON = "application/json"
ERASING = (DELETE_USER, DELETE_USER_PERSONAL_INFORMATION, ERASE_USER)
"""The operations that delete the recorded requests about a user."""
_TEMPLATES = {one.name: one.template for one in ERASING}
_encode = msgspec.json.Encoder().encode


class Recorded(Struct, array_like=True, gc=False):
    """A request and its response. `ended_at` is the time of the response, in seconds since 1970."""

    app_id: str
    authenticated: bool
    key_id: str | None
    """The key of the caller, if the request was authenticated."""
    session_id: str | None
    method: str
    path: bytes
    query: bytes
    request_id: str
    headers: HeaderList
    size: int
    """The bytes of the body that have arrived."""
    body: bytes | None
    operation: str | None
    status: int
    response_headers: HeaderList
    response_size: int
    response_body: bytes | None
    ended_at: float
    seconds: float


class _Error(Struct):
    code: str | None = None
    title: str | None = None


class _Refusal(Struct):
    errors: list[_Error] = []


_decode_refusal = msgspec.json.Decoder(_Refusal).decode


def recorded(
    exchange: RecordedExchange,
    app_id: str,
    operation: str | None,
    response: HttpResponse,
    ended_at: float,
    seconds: float,
) -> Recorded:
    """The recorded parts of an exchange."""
    body = response.body
    size, caller = len(body), exchange.caller
    session = session_of(caller)
    return Recorded(
        app_id,
        caller is not None,
        caller.key_id if caller is not None else None,
        session.id if session is not None else None,
        exchange.method,
        exchange.raw_path,
        exchange.query_string,
        exchange.request_id,
        exchange.header_list,
        exchange.size,
        exchange.body,
        operation,
        exchange.status,
        response.headers,
        size,
        body if size <= BODY_LIMIT else None,
        ended_at,
        seconds,
    )


def row_of(one: Recorded) -> StoredRequest:
    """The row of a request, which gets its id when it is stored."""
    headers, key_id = _request_headers(one)
    answered = _headers(one.response_headers)
    sent = RecordedMessage(headers=headers, size=one.size, body=_sent(one.body, headers))
    received = RecordedMessage(headers=answered, size=one.response_size, body=_received(one.response_body, answered))
    error = _first_error(one.status, received.body)
    return StoredRequest(
        id="",
        app_id=one.app_id,
        request_id=one.request_id,
        received_at=int((one.ended_at - one.seconds) * 1000),
        microseconds=int(one.seconds * 1_000_000),
        method=one.method,
        path=_path(one),
        status=one.status,
        operation=one.operation,
        key_id=one.key_id if one.authenticated else key_id,
        session_id=one.session_id,
        error_code=error.code,
        error_title=error.title and _storable(error.title[:_TITLE_LIMIT]),
        sent=Raw(_encode(sent)),
        received=Raw(_encode(received)),
    )


def _storable(text: str) -> str:
    """The text without NUL, which PostgreSQL cannot store."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _first_error(status: int, body: Raw | None) -> _Error:
    """The first error of a response, of which lists show the code and the title."""
    if status < 400 or body is None:
        return _Error()
    try:
        return next(iter(_decode_refusal(body).errors), _Error())
    except msgspec.MsgspecError:  # not an error of the API
        return _Error()


def _path(one: Recorded) -> str:
    path = one.path.decode("latin-1")
    if one.operation in _TEMPLATES:
        # The path names the user whose requests this one deleted.
        path = _TEMPLATES[one.operation].fill(one.app_id, masking.MASK)
    if one.query:
        path += "?" + masking.query(one.query.decode("latin-1"))
    return path[:_PATH_LIMIT]


def _request_headers(one: Recorded) -> tuple[dict[str, str], str | None]:
    """The headers of the request, and the key that they name."""
    headers, key_id = _headers(one.headers), None
    if (authorization := dict(one.headers).get(b"authorization")) is not None:
        headers["authorization"], key_id = masking.credential(authorization, proved=one.authenticated)
    return headers, key_id


def _headers(given: HeaderList) -> dict[str, str]:
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
    return name, is_secret_name(name)


def _sent(body: bytes | None, headers: dict[str, str]) -> Raw | str | None:
    return masking.request_body(body) if body and _is_json(headers) else None


def _received(body: bytes | None, headers: dict[str, str]) -> Raw | None:
    return masking.response_body(body) if body and _is_json(headers) else None


def _is_json(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").startswith(_JSON)
