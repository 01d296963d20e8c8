"""Inboxes: endpoints of a sandbox that keep the calls they receive, and respond by a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Body, Id, Response, Time
from heliograph.wire.paging import Links, PageMeta

STEPS_PER_SCRIPT = 100
MAX_WAIT_SECONDS = 60
NO_STATUS = "none"
"""The value of the filter `status` for calls whose connection is closed without a response."""
_MAX_DIGITS = 3


class ResponseStep(Body):
    """A response of an inbox, by default with status 200. A body that is not text is sent as JSON."""

    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    headers: dict[str, str] | None = None
    body: str | dict[str, Any] | list[Any] | None = None


class InboxScriptBody(Body):
    """The steps by which an inbox responds, one for each call; the last one repeats.

    A step is a response, or a text such as `503 x3`, `200 after 2s`, `hang 25s` or `close`.
    """

    steps: Annotated[list[str | ResponseStep], Meta(min_length=1, max_length=STEPS_PER_SCRIPT)]


class Inbox(Response):
    """An inbox with its script. `position` is the index of the step for the next call."""

    name: str
    url: str
    call_count: int
    steps: Sequence[str | ResponseStep]
    position: int


class InboxResponse(Response):
    """One inbox."""

    inbox: Inbox


class InboxListResponse(Response):
    """The inboxes of an app, by name."""

    inboxes: list[Inbox]


class CallChecks(Response):
    """What a receiver of webhooks should check.

    `secret` compares the header `X-API-Key` with the secret of the webhook; it is `unknown` if no webhook of the app
    has this inbox as its target. `order` is `wrong` if another event of the same conversation or user arrived before
    for the first time although it is newer, `afterEventId`. `duplicates` is the number of earlier calls with the same
    event. The last three need a body that is a webhook call.
    """

    secret: Literal["ok", "wrong", "missing", "unknown"]
    payload: Literal["valid", "invalid"]
    violations: list[str] | None = None
    order: Literal["ok", "wrong"] | None = None
    after_event_id: str | None = None
    duplicates: int | None = None


class InboxCall(Response):
    """A call that an inbox received. A body that is not JSON is shown as `text`.

    `truncated` is whether the body was longer than what is kept of it. Without a `responseStatus` the connection was
    closed without a response. `delayMs` is the delay of the response in milliseconds.
    """

    id: Id
    received_at: Time
    method: str
    path: str
    query: str
    headers: dict[str, str]
    truncated: bool
    delay_ms: int
    checks: CallChecks
    json: Any = None
    text: str | None = None
    response_status: int | None = None


class InboxCallListResponse(Response):
    """A page of the calls of an inbox, oldest first."""

    calls: list[InboxCall]
    meta: PageMeta
    links: Links | None = None


class CallFilter(Struct, frozen=True):
    """Which calls to list: those for which every field that is set has this value. `status` is 0 for no response."""

    path: str | None = None
    event_type: str | None = None
    status: int | None = None


def parse_call_filter(parameters: dict[str, str]) -> CallFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: the status is not one.
    """
    status = parameters.get("status")
    if status is not None and status != NO_STATUS and not _is_number(status):
        raise BadRequest(f"status should be a status code or {NO_STATUS}")
    number = None if status is None else 0 if status == NO_STATUS else int(status)
    return CallFilter(parameters.get("path"), parameters.get("eventType"), number)


def parse_wait(parameters: dict[str, str]) -> int:
    """How many seconds to wait for a call, by default none.

    Raises:
        BadRequest: it is not a number up to 60.
    """
    text = parameters.get("wait", "0")
    if not _is_number(text) or int(text) > MAX_WAIT_SECONDS:
        raise BadRequest(f"wait should be a number of seconds up to {MAX_WAIT_SECONDS}")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
