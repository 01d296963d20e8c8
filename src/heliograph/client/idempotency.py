"""Idempotency keys: a Heliograph server performs a write with a key once, however often the request is sent."""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit

from heliograph.client.options import Options
from heliograph.wire.operations import AnyOperation

HEADER = "idempotency-key"
# The hosted service ignores keys, so it would perform a repeated write again.
_HOSTED = ("smooch.io", "zendesk.com")
_RANDOM_BYTES = 10


def is_honoured(base_url: str) -> bool:
    """Whether the server at this URL may be a Heliograph server: any but the hosted service."""
    host = (urlsplit(base_url).hostname or "").rstrip(".").lower()
    return not any(host == domain or host.endswith(f".{domain}") for domain in _HOSTED)


def key_for(operation: AnyOperation, options: Options, base_url: str) -> str | None:
    """The key of a call, as the value of the header for all of its attempts; None if the call has no key."""
    if not operation.takes_key:
        return None
    wanted = is_honoured(base_url) if options.idempotency_keys is None else options.idempotency_keys
    return (options.headers.get(HEADER) or f'"{_new()}"') if wanted else None


def _new() -> str:
    # Keys that ascend with time are adjacent in the index of the database, which makes inserts faster.
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(_RANDOM_BYTES).hex()}"
