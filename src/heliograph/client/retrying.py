"""The retry policy: pure functions that take the time and the random number as arguments."""

from __future__ import annotations

from datetime import UTC, datetime

from heliograph.client.options import Options
from heliograph.errors import ApiError, ClientUnusable, TransportError
from heliograph.wire.operations import AnyOperation

LONGEST_PAUSE = 8.0

# Refused before processing: any operation can be repeated.
_REFUSED = frozenset({429})
# The outcome is unknown: only idempotent operations, and those with an idempotency key, can be repeated.
_UNKNOWN = frozenset({502, 503, 504})


def repeatable(operation: AnyOperation) -> bool:
    """Whether the operation is idempotent without a key."""
    return operation.method in ("GET", "DELETE") or operation.repeatable


def worth_repeating(error: ApiError | TransportError, operation: AnyOperation, *, keyed: bool = False) -> bool:
    """Whether repeating the operation after `error` is safe and may succeed. `keyed` is whether it has a key."""
    if isinstance(error, ClientUnusable):
        return False
    if isinstance(error, TransportError):
        return not error.sent or keyed or repeatable(operation)
    return error.status in _REFUSED or (error.status in _UNKNOWN and (keyed or repeatable(operation)))


def pause(attempt: int, backoff: float, roll: float, retry_after: float | None) -> float:
    """Seconds to wait after the failed `attempt` (1, 2, …), with full jitter by `roll` (0 to 1).

    Without `retry_after` it is between 0 and `backoff` doubled for each attempt, at most 8 seconds.
    """
    jitter = roll * min(LONGEST_PAUSE, backoff * 2.0 ** (attempt - 1))
    # Refused clients may all get the same Retry-After: the jitter spreads them.
    return jitter if retry_after is None else retry_after + min(jitter, backoff)


def parse_retry_after(text: str | None, now: float) -> float | None:
    """The seconds of a `Retry-After` header (a number or a date); None if it is missing or invalid."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    from email.utils import parsedate_to_datetime  # rare, and slow to import

    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.fromtimestamp(now, UTC)).total_seconds())


def decide(
    error: ApiError | TransportError,
    operation: AnyOperation,
    attempt: int,
    options: Options,
    roll: float,
    left: float,
    *,
    keyed: bool = False,
) -> float | None:
    """Seconds until the next attempt after `error`; None to give up. The call has `left` seconds left.

    `keyed` is whether it has an idempotency key.
    """
    if attempt > options.max_retries or not worth_repeating(error, operation, keyed=keyed):
        return None
    seconds = pause(attempt, options.backoff, roll, getattr(error, "retry_after", None))
    return None if seconds >= left else seconds
