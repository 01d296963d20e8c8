"""Whether to try again, and when: arithmetic, without a clock, without sleep, without chance of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from heliograph.client.options import Options
from heliograph.errors import ApiError, ClientUnusable, TransportError
from heliograph.wire.operations import AnyOperation

LONGEST_PAUSE = 8.0

# Refused before anything was done: any operation may be sent again.
_REFUSED = frozenset({429})
# Nobody knows whether it was done: only what may be done twice is sent again.
_UNKNOWN = frozenset({502, 503, 504})
# Joining twice is joining once, and who has left cannot leave again.
_REPEATABLE_POSTS = frozenset({"JoinConversation", "LeaveConversation"})


def repeatable(operation: AnyOperation) -> bool:
    """Whether the operation may be sent twice without a second effect."""
    return operation.method in ("GET", "DELETE") or operation.name in _REPEATABLE_POSTS


def worth_repeating(error: ApiError | TransportError, operation: AnyOperation) -> bool:
    """Whether sending the operation again after `error` is safe, and might help."""
    if isinstance(error, ClientUnusable):
        return False
    if isinstance(error, TransportError):
        return not error.sent or repeatable(operation)
    return error.status in _REFUSED or (error.status in _UNKNOWN and repeatable(operation))


def pause(attempt: int, backoff: float, roll: float, retry_after: float | None) -> float:
    """Seconds to wait after failed `attempt` (1, 2, …): full jitter by `roll` (0 to 1), and what the server asked for.

    Without a wish of the server's it lies between 0 and `backoff` doubled for each attempt, 8 seconds at most.
    """
    jitter = roll * min(LONGEST_PAUSE, backoff * 2.0 ** (attempt - 1))
    # Everybody who was refused was told the same; the jitter on top spreads them.
    return jitter if retry_after is None else retry_after + min(jitter, backoff)


def parse_retry_after(text: str | None, now: float) -> float | None:
    """The seconds that a `Retry-After` asks for, as seconds or as a date; None if there is none that can be read."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    from email.utils import parsedate_to_datetime  # rare, and slow to import

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.fromtimestamp(now, UTC)).total_seconds())


def decide(
    error: ApiError | TransportError, operation: AnyOperation, attempt: int, options: Options, roll: float, left: float
) -> float | None:
    """Seconds until `operation` is sent again after `error`; None to give up. The call has `left` seconds left."""
    if attempt > options.max_retries or not worth_repeating(error, operation):
        return None
    seconds = pause(attempt, options.backoff, roll, getattr(error, "retry_after", None))
    return None if seconds >= left else seconds
