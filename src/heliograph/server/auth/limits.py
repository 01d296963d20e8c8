"""Rate limits: a token bucket for each app that has one, in this process."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from heliograph.errors import RateLimited


@dataclass(slots=True)
class Bucket:
    """How many requests may still come, as of a moment."""

    tokens: float
    filled_at: float


class RateLimits:
    """As many requests a second as the app's limit says, with a burst of one second's worth."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def spend(self, app_id: str, requests_per_second: int) -> None:
        """Count a request.

        Raises:
            RateLimited: it is one too many; `Retry-After` says in how many seconds one will pass.
        """
        now = time.monotonic()
        bucket = self._buckets.setdefault(app_id, Bucket(requests_per_second, now))
        earned = (now - bucket.filled_at) * requests_per_second
        bucket.tokens, bucket.filled_at = min(bucket.tokens + earned, requests_per_second), now
        if bucket.tokens < 1:
            seconds = math.ceil((1 - bucket.tokens) / requests_per_second)
            raise RateLimited(headers={"retry-after": str(seconds)})
        bucket.tokens -= 1
