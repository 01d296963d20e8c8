"""How calls are made: times, attempts, headers, and who is told of them."""

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

# What frames a request is not for the caller to say.
_OURS = frozenset(("connection", "content-length", "host", "transfer-encoding"))
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")

DEFAULT_URL = "https://api.smooch.io"
USER_AGENT = f"heliograph/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}"


class Attempt(Struct, frozen=True):
    """What a hook is told after each attempt."""

    operation: str
    number: int
    """1 for the first."""
    seconds: float
    """How long it took."""
    status: int | None
    """None if no answer came."""
    error: HeliographError | None
    pause: float | None
    """Seconds until the next attempt; None if there is none."""


class Options(Struct, frozen=True):
    """What `with_options` may change. Times are in seconds."""

    timeout: float | None = 30.0
    """For connecting, and for each piece of sending and receiving, of each attempt."""
    total_timeout: float | None = 120.0
    """For the whole call, with its attempts and pauses."""
    max_retries: int = 2
    backoff: float = 0.5
    """The longest pause before the second attempt; it doubles with each, to 8 at most."""
    headers: Mapping[str, str] = {}
    on_attempt: Callable[[Attempt], object] | None = None


DEFAULTS = Options()


def changed(options: Options, **changes: Any) -> Options:
    """The options with these changes; one that is UNSET is none.

    Raises:
        InvalidArgument: a number is below zero, or none where there has to be one; a header cannot be sent.
    """
    new = replace(options, **{name: value for name, value in changes.items() if value is not UNSET})
    for name in ("max_retries", "backoff", "timeout", "total_timeout"):
        value = getattr(new, name)
        may_be_none = name.endswith("timeout")
        if isinstance(value, bool) or (value is None and not may_be_none):
            raise InvalidArgument(f"{name} should be a number, not {value!r}")
        if isinstance(value, int | float) and not value >= 0:
            raise InvalidArgument(f"{name} should not be below zero: {value!r}")
    headers = {name.lower(): check_header(name, value) for name, value in new.headers.items()}
    return replace(new, headers=headers)


def check_header(name: str, value: object, *, secret: bool = False) -> str:
    """The value, if it can stand in a header.

    Raises:
        InvalidArgument: it holds a line break, or is not ASCII; or the name is none that may be set.
    """
    if not _NAME.match(name) or name.lower() in _OURS:
        raise InvalidArgument(f"there is no header {name!r} to set")
    if not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise InvalidArgument(f"the header {name} cannot be {'what it is' if secret else repr(value)}")
    return str.__str__(value)


def tell(options: Options, attempt: Attempt) -> None:
    """Log an attempt, and call the hook if there is one."""
    if attempt.pause is not None:
        log.info(
            "%s: attempt %d failed, next in %.2f s: %s", attempt.operation, attempt.number, attempt.pause, attempt.error
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
