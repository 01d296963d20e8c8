"""Scripts: the steps by which an inbox responds to its calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.inboxes import ResponseStep

GivenStep = str | ResponseStep
DEFAULT: tuple[GivenStep, ...] = ("200",)

_OK = 200
_MAX_TIMES = 1000
_MAX_DELAY_MS = 120_000
_TEXT = re.compile(
    r"(?:(?P<status>[2-5][0-9]{2})|(?P<closes>close|hang +(?P<hang>[0-9]{1,6}(?:\.[0-9]{1,3})?) *(?P<hang_unit>m?s)))"
    r"(?: +x *(?P<times>[0-9]{1,4}))?(?: +after +(?P<delay>[0-9]{1,6}(?:\.[0-9]{1,3})?) *(?P<unit>m?s))?"
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[ -~\xa0-\xff]{0,1000}")
# The server decides how a response is framed.
_FRAMING = ("connection", "content-length", "transfer-encoding", "upgrade")
_MAX_HEADERS = 50
_BODILESS = (204, 205, 304)
_EXPECTED = 'should be a status such as "200", "503 x3" or "200 after 2s", or "close", or "hang 25s"'


class ScriptStep(Struct, frozen=True):
    """What happens to `times` calls: a response after a delay or, without a status, the end of the connection."""

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay_ms: int = 0
    times: int = 1


def parse(given: Sequence[GivenStep]) -> tuple[ScriptStep, ...]:
    """The steps of a script.

    Raises:
        BadRequest: steps are not valid. It has a title for each.
    """
    titles: list[str] = []
    steps = []
    for number, one in enumerate(given):
        try:
            steps.append(_parsed_text(one) if isinstance(one, str) else _parsed_response(one))
        except ValueError as error:
            titles.append(f"steps[{number}]{error}")
    if titles:
        raise BadRequest(*titles)
    return tuple(steps)


def index_at(steps: Sequence[ScriptStep], position: int) -> int:
    """The index of the step for the call at a position, counted from 0. The last step repeats."""
    for index, step in enumerate(steps[:-1]):
        position -= step.times
        if position < 0:
            return index
    return len(steps) - 1


def _parsed_text(text: str) -> ScriptStep:
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f" {_EXPECTED}")
    times = int(found["times"] or 1)
    if not 1 <= times <= _MAX_TIMES:
        raise ValueError(f" should repeat 1 to {_MAX_TIMES} times")
    delay = _milliseconds(found["delay"], found["unit"]) + _milliseconds(found["hang"], found["hang_unit"])
    if delay > _MAX_DELAY_MS:
        raise ValueError(f" should take at most {_MAX_DELAY_MS // 1000}s")
    return ScriptStep(None if found["closes"] else int(found["status"]), delay_ms=delay, times=times)


def _milliseconds(number: str | None, unit: str | None) -> int:
    return 0 if number is None else round(float(number) * (1 if unit == "ms" else 1000))


def _parsed_response(given: ResponseStep) -> ScriptStep:
    headers = {name.lower(): value for name, value in (given.headers or {}).items()}
    if len(headers) > _MAX_HEADERS:
        raise ValueError(f".headers should not have more than {_MAX_HEADERS} items")
    for name, value in headers.items():
        if name in _FRAMING or not _NAME.fullmatch(name):
            raise ValueError(f".headers should not have the name {name[:100]!r}")
        if not _VALUE.fullmatch(value):
            raise ValueError(f".headers[{name!r}] should be a line of up to 1000 Latin-1 characters")
    body, media_type = _encoded(given.body)
    if body and given.status in _BODILESS:
        raise ValueError(f".body is not possible with status {given.status}")
    if media_type is not None:
        headers.setdefault("content-type", media_type)
    return ScriptStep(_OK if given.status is None else given.status, tuple(headers.items()), body)


def _encoded(body: Any) -> tuple[bytes, str | None]:
    """The bytes of a body, and their media type."""
    if body is None:
        return b"", None
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return msgspec.json.encode(body), "application/json"
