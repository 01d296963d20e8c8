"""Recorded requests. They are an extension of the API document."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.event_records import EventRecord
from heliograph.wire.paging import Links, PageMeta

_STATUS = re.compile(r"[1-5](?:[0-9]{2}|xx)\Z")


class RecordedRequestFilter(Struct, frozen=True):
    """Which requests to list: those for which every field that is set has this value. `statuses` are the least and the
    greatest status, and paths begin with `path`."""

    statuses: tuple[int, int] | None = None
    operation: str | None = None
    key_id: str | None = None
    path: str | None = None


def parse_filter(parameters: dict[str, str]) -> RecordedRequestFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: the status is neither a status nor a class of them.
    """
    return RecordedRequestFilter(
        _statuses(parameters.get("status")),
        parameters.get("operation"),
        parameters.get("keyId"),
        parameters.get("path"),
    )


def _statuses(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    if not _STATUS.match(text):
        raise BadRequest("status should be an HTTP status, such as 404, or a class, such as 4xx")
    if text.endswith("xx"):
        return int(text[0]) * 100, int(text[0]) * 100 + 99
    return int(text), int(text)


class RecordedMessage(Response):
    """The headers and the body of a recorded request or response.

    `body` is JSON, or text that is no JSON. It is missing if there was none, and if it was not recorded: a body of more
    than 100 kB, a file, a stream, or text that might contain a secret. `size` is its length in bytes.
    """

    headers: dict[str, str]
    size: int
    body: Any = None


class RecordedRequest(Response):
    """A request that the server responded to.

    `operation` is missing if the path has none, and `key_id` if the request named no key. With status 401, it is the
    key that the request named, and was refused. `session_id` is the session of the console in which it was sent.
    `error_code` and `error_title` are those of the first error in the response. `duration_ms` is the time until the
    response was sent.
    """

    id: Id
    request_id: str
    received_at: Time
    duration_ms: float
    method: str
    path: str
    status: int
    operation: str | None = None
    key_id: str | None = None
    session_id: str | None = None
    error_code: str | None = None
    error_title: str | None = None


class RecordedRequestDetails(RecordedRequest, kw_only=True):
    """A request with its response, and the events that it caused."""

    request: RecordedMessage
    response: RecordedMessage
    events: list[EventRecord]


class RecordedRequestResponse(Response):
    """One recorded request."""

    request: RecordedRequestDetails


class RecordedRequestListResponse(Response):
    """A page of recorded requests, in the order of their responses.

    `recording` is whether this server records requests, and `dropped` the number that this process has not recorded
    because there were too many.
    """

    requests: list[RecordedRequest]
    recording: bool
    dropped: int
    meta: PageMeta
    links: Links | None = None
