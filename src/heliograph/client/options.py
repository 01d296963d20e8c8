"""The options of calls: timeouts, retries, headers and the hook for attempts."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from heliograph._version import __version__
from heliograph.errors import HeliographError, InvalidArgument

log = logging.getLogger("heliograph.client")

# Set by the client itself.
_RESERVED = frozenset(("connection", "content-length", "host", "transfer-encoding"))
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")

DEFAULT_URL = "https://api.smooch.io"
USER_AGENT = f"heliograph/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}"


class Attempt(Struct, frozen=True):
    """One attempt of a call, as passed to `on_attempt`."""

    operation: str
    number: int
    """Starts at 1."""
    seconds: float
    """Duration of the attempt."""
    status: int | None
    """None if no response arrived."""
    error: HeliographError | None
    pause: float | None
    """Seconds until the next attempt; None after the last one."""


class Options(Struct, frozen=True):
    """The options that `with_options` can change. Times are in seconds."""

    timeout: float | None = 30.0
    """For connecting and for each read and write, in each attempt."""
    total_timeout: float | None = 120.0
    """For the whole call, including retries and pauses."""
    max_retries: int = 2
    backoff: float = 0.5
    """Longest pause before the first retry; doubles with each retry, up to 8."""
    headers: Mapping[str, str] = {}
    on_attempt: Callable[[Attempt], object] | None = None
    idempotency_keys: bool | None = None
    """Whether writes have keys; None for all servers but the hosted service."""


DEFAULTS = Options()


def with_changes(options: Options, **changes: Any) -> Options:
    """The options with these changes, except those that are UNSET.

    Raises:
        InvalidArgument: a number is negative or missing, or a header is invalid.
    """
    new = replace(options, **{name: value for name, value in changes.items() if value is not UNSET})
    for name in ("max_retries", "backoff", "timeout", "total_timeout"):
        value = getattr(new, name)
        may_be_none = name.endswith("timeout")
        if isinstance(value, bool) or (value is None and not may_be_none):
            raise InvalidArgument(f"{name} should be a number, not {value!r}")
        if isinstance(value, int | float) and not value >= 0:
            raise InvalidArgument(f"{name} should not be negative: {value!r}")
    headers = {name.lower(): check_header(name, value) for name, value in new.headers.items()}
    return replace(new, headers=headers)


def check_header(name: str, value: object, *, secret: bool = False) -> str:
    """Check a header; returns its value.

    Raises:
        InvalidArgument: the name is invalid or reserved, or the value has characters other than printable ASCII.
    """
    if not _NAME.match(name):
        raise InvalidArgument(f"invalid header name {name!r}")
    if name.lower() in _RESERVED:
        raise InvalidArgument(f"header {name!r} is reserved")
    if not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise InvalidArgument(f"header {name!r} has an invalid value" + ("" if secret else f": {value!r}"))
    return str.__str__(value)


def report_attempt(options: Options, attempt: Attempt) -> None:
    """Log an attempt and call the `on_attempt` hook."""
    if attempt.pause is not None:
        log.info(
            "%s: attempt %d failed, retrying in %.2f s: %s",
            attempt.operation,
            attempt.number,
            attempt.pause,
            attempt.error,
        )
    elif log.isEnabledFor(logging.DEBUG):
        log.debug(
            "%s: attempt %d took %.3f s: %s",
            attempt.operation,
            attempt.number,
            attempt.seconds,
            attempt.error or attempt.status,
        )
    if options.on_attempt is not None:
        options.on_attempt(attempt)
