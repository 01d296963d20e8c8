"""The log of requests of a sandbox: what callers sent, without bodies and credentials."""

from __future__ import annotations

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.paging import Links, PageMeta


class RequestFilter(Struct, frozen=True):
    """Which requests to list: those for which every field that is set has this value."""

    operation: str | None = None
    status: int | None = None


def parse_filter(parameters: dict[str, str]) -> RequestFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: the status is not a number of three digits.
    """
    status = parameters.get("status")
    if status is not None and not (status.isascii() and status.isdecimal() and len(status) == 3):
        raise BadRequest("status should be an HTTP status, such as 404")
    return RequestFilter(parameters.get("operation"), None if status is None else int(status))


class SeenRequest(Response):
    """A request and its response.

    `status` is missing if the connection was closed without a response. `errors` are the titles of an error response.
    `key_id` is the key that was named, which the server refused if the status is 401. `duration_ms` is the time until
    the response was ready, and `chaos` names the rules that affected it.
    """

    id: Id
    request_id: str
    received_at: Time
    method: str
    path: str
    operation: str
    duration_ms: float
    status: int | None = None
    errors: list[str] | None = None
    key_id: str | None = None
    chaos: str | None = None


class RequestListResponse(Response):
    """A page of requests, in the order of their responses."""

    requests: list[SeenRequest]
    meta: PageMeta
    links: Links | None = None
