"""Rate limits: a token bucket in this process for each app with a limit."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from heliograph.errors import RateLimited


@dataclass(slots=True)
class TokenBucket:
    """The number of requests that are allowed, as of `filled_at`."""

    tokens: float
    filled_at: float


class RateLimits:
    """Allows each app its requests per second, in a burst of up to one second's requests."""

    def __init__(self) -> None:
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, app_id: str, requests_per_second: int) -> None:
        """Count a request.

        Raises:
            RateLimited: the limit is exceeded; `Retry-After` is the time until the next request is allowed.
        """
        now = time.monotonic()
        bucket = self._buckets.setdefault(app_id, TokenBucket(requests_per_second, now))
        earned = (now - bucket.filled_at) * requests_per_second
        bucket.tokens, bucket.filled_at = min(bucket.tokens + earned, requests_per_second), now
        if bucket.tokens < 1:
            seconds = math.ceil((1 - bucket.tokens) / requests_per_second)
            raise RateLimited(headers={"retry-after": str(seconds)})
        bucket.tokens -= 1
